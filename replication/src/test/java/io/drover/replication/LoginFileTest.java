/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginFileTest {
    @TempDir
    private Path directory;

    private Path write(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    @Test
    void leavesAFileThatIncludesNothingAsItIs() throws IOException {
        String text = """
                # TYPE  DATABASE  USER  ADDRESS  METHOD
                local   all       "@not a file"   peer map=admins
                host    a,b       +group  10.0.0.0/8  scram-sha-256  # not @this
                """;

        assertThat(LoginFile.whole(write("pg_hba.conf", text))).isEqualTo(text);
    }

    @Test
    void putsListsOfNamesInPlaceOfTheirFiles() throws IOException {
        write("names", "alice, bob # both\n\"Carla D\"\n@lists/more\n");
        write("lists/more", "dora\n@\"last one\"\n");
        write("lists/last one", "eve\n");

        String text = LoginFile.whole(write("pg_hba.conf", "host app,@names @names all scram-sha-256\n"));

        assertThat(text)
                .isEqualTo(
                        "host app,alice,bob,\"Carla D\",dora,eve alice,bob,\"Carla D\",dora,eve all scram-sha-256\n");
    }

    @Test
    void putsWholeFilesInPlaceInTheirOrder() throws IOException {
        write("first.conf", "local all all peer\n");
        write("d/2.conf", "host two all all reject\n");
        write("d/1.conf", "host one all all reject\n");
        write("d/.hidden.conf", "host hidden all all trust\n");
        write("d/README", "host readme all all trust\n");

        String text = LoginFile.whole(write("pg_hba.conf", """
                include first.conf
                include_if_exists absent.conf
                include_dir "d" # all of it
                host last all all reject
                """));

        assertThat(text).isEqualTo("""
                local all all peer
                host one all all reject
                host two all all reject
                host last all all reject
                """);
    }

    @Test
    void saysWhenFilesIncludeEachOther() throws IOException {
        write("b.conf", "include pg_hba.conf\n");

        Path file = write("pg_hba.conf", "include b.conf\n");

        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> LoginFile.whole(file))
                .withMessageContaining("levels deep");
    }
}
