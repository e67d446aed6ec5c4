package io.drover.daemon;

import io.drover.api.Json;
import io.drover.daemon.config.ControllerConfiguration;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Environment;

/** The daemon that carries moves out; {@code drover server FILE.yml} starts it. Several may run, one leads. */
public final class ControllerApplication extends Application<ControllerConfiguration> {
    private final ControllerWiring wiring;

    public ControllerApplication(ControllerWiring wiring) {
        this.wiring = wiring;
    }

    /** The controller for production. */
    public static ControllerApplication live() {
        return new ControllerApplication(new LiveWiring());
    }

    @Override
    public String getName() {
        return "drover";
    }

    @Override
    public void run(ControllerConfiguration configuration, Environment environment) {
        Json.configure(environment.getObjectMapper());
        throw new UnsupportedOperationException(wiring.toString());
    }
}
