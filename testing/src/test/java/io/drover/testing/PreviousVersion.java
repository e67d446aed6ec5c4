/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import io.drover.testing.cluster.LocalCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** The jars of the version before this one, which {@code bin/test} builds from the project's history. */
final class PreviousVersion {
    static final String PROPERTY = "versions.previous";

    private PreviousVersion() {}

    static Path jars() {
        return Path.of(System.getProperty(PROPERTY));
    }

    /** A data source of that version's kit, whose classes are its own; closing it closes the data source. */
    static Kit openKit(LocalCluster cluster, String name) {
        try (Stream<Path> files = Files.list(jars())) {
            List<URL> urls = files.map(PreviousVersion::url).toList();
            // nothing of this version is visible to it
            ClassLoader loader =
                    new URLClassLoader("previous", urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
            Class<?> shardId = loader.loadClass("io.drover.api.ShardId");
            Class<?> configs = loader.loadClass("io.drover.client.ShardDataSourceConfig");
            Object shard = shardId.getConstructor(String.class).newInstance(LocalCluster.SHARD.value());
            Object builder =
                    configs.getMethod("builder", String.class, shardId).invoke(null, cluster.zookeeper(), shard);
            builder = builder.getClass()
                    .getMethod("credentials", String.class, String.class)
                    .invoke(builder, LocalCluster.USER, cluster.password());
            builder = builder.getClass().getMethod("name", String.class).invoke(builder, name);
            Object config = builder.getClass().getMethod("build").invoke(builder);
            Object kit = loader.loadClass("io.drover.client.ShardDataSource")
                    .getMethod("open", configs)
                    .invoke(null, config);
            return new Kit((DataSource) kit, (AutoCloseable) kit);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + jars(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the kit in " + jars() + " cannot be opened", e);
        }
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException("BUG: no address of " + jar, e);
        }
    }

    /** A data source and what ends it. */
    record Kit(DataSource source, AutoCloseable end) implements AutoCloseable {
        @Override
        public void close() {
            try {
                end.close();
            } catch (Exception e) {
                throw new IllegalStateException("the kit of the previous version could not be closed", e);
            }
        }
    }
}
