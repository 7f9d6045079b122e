package dev.cairn.net.tls;

import dev.cairn.net.DialFailure;
import java.security.cert.CertificateException;

/** Ends a handshake with a peer whose certificate shows that it is not the one that was meant. */
public final class RefusedCertificateException extends CertificateException {
    private static final long serialVersionUID = 1;
    private final transient DialFailure failure;

    RefusedCertificateException(DialFailure failure) {
        super(failure.text());
        this.failure = failure;
    }

    public DialFailure failure() {
        return failure;
    }
}
