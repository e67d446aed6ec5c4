package io.drover.daemon.agent;

/** placeholder */
final class WarmParts {}
