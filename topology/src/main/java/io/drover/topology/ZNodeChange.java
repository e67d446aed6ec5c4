/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

/** One part of a ZooKeeper transaction. */
public sealed interface ZNodeChange {
    /** The znode. */
    String path();

    /** Demands a version and changes nothing. */
    record Check(String path, int version) implements ZNodeChange {}

    /** Makes a persistent znode, which must not exist; its parent must. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Create(String path, byte[] bytes) implements ZNodeChange {}

    /** Replaces the content of a znode of this version. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Set(String path, byte[] bytes, int version) implements ZNodeChange {}

    /** Deletes a znode of this version. */
    record Delete(String path, int version) implements ZNodeChange {}
}
