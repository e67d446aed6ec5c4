/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.pool.TypePool;
import org.jspecify.annotations.Nullable;

/** The simulation and all of Drover once more, beside their own, with a defect. */
final class DefectiveWorld extends ClassLoader {
    private static final String OURS = "io.drover.";

    private final Map<String, Defect.Change> changes;
    private final ClassFileLocator files;
    private final TypePool types;

    private DefectiveWorld(Map<String, Defect.Change> changes) {
        super(DefectiveWorld.class.getClassLoader());
        this.changes = changes;
        this.files = ClassFileLocator.ForClassLoader.of(getParent());
        this.types = TypePool.Default.of(files);
    }

    /** Its simulation. */
    static Method simulation(Map<String, Defect.Change> changes) {
        try {
            return new DefectiveWorld(changes)
                    .loadClass("io.drover.testing.sim.Simulation")
                    .getMethod("run", long.class, boolean.class, Consumer.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is wrong under a seed. */
    static Optional<String> wrong(Method simulation, long seed) {
        Consumer<Object> nothing = world -> {};
        try {
            simulation.invoke(null, seed, false, nothing);
            return Optional.empty();
        } catch (InvocationTargetException e) {
            return Optional.of(e.getCause().toString());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        Defect.Change change = changes.get(name);
        byte[] bytes = change == null ? read(name) : changed(name, change);
        return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] changed(String name, Defect.Change change) {
        var type = types.describe(name).resolve();
        return change.in(type, new ByteBuddy().redefine(type, files)).make().getBytes();
    }

    private byte[] read(String name) throws ClassNotFoundException {
        String file = name.replace('.', '/') + ".class";
        try (@Nullable InputStream in = getParent().getResourceAsStream(file)) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
