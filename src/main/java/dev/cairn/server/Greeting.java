package dev.cairn.server;

import dev.cairn.config.Address;
import dev.cairn.model.AccessKey;
import java.io.PrintStream;
import java.util.Objects;

/** What a person sees when a single node starts: where it is, and at the first start the credentials and commands to try. */
final class Greeting {
    private Greeting() {}

    static void print(PrintStream out, RunningNode node) {
        String endpoint = endpoint(node.config().s3().bind());
        AccessKey key = node.made().key();
        if (key == null) {
            out.printf(
                    "%nCairn is up: S3 at %s%nKeys: cairn key list; one with its secret: cairn key info NAME"
                            + " --show-secret%n%n",
                    endpoint);
        } else {
            String bucket = Objects.requireNonNull(node.made().bucket()).displayName();
            out.printf(
                    """

                    Cairn is up: S3 at %1$s, region %2$s

                      export AWS_ACCESS_KEY_ID=%3$s
                      export AWS_SECRET_ACCESS_KEY=%4$s
                      export AWS_ENDPOINT_URL=%1$s AWS_DEFAULT_REGION=%2$s

                      aws s3 cp README.md s3://%5$s/
                      aws s3 ls s3://%5$s

                    These are shown once; later: cairn key list, cairn key info %6$s --show-secret

                    """,
                    endpoint,
                    node.config().s3().region(),
                    key.id(),
                    node.made().secretIsNew() ? key.secret().reveal() : "(as configured)",
                    bucket,
                    key.name());
        }
        out.flush();
    }

    private static String endpoint(Address bind) {
        return "http://" + (bind.isAny() ? new Address("127.0.0.1", bind.port()) : bind);
    }
}
