package io.drover.replication;


/** Tries the replication login. */
public final class ReplicationLogin {
    private ReplicationLogin() {}
    /** Empty when drover_repl can log in and the server is the named instance, else why not. */
    public static String probe(String host, int port, String password) { throw new UnsupportedOperationException(); }
}
