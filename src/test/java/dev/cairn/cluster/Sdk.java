package dev.cairn.cluster;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** The AWS SDK for Java with its default settings, pointed at one server. */
final class Sdk {
    private Sdk() {}

    static S3Client client(CairnProcess server) {
        return S3Client.builder()
                .endpointOverride(server.s3())
                .region(Region.of(CairnProcess.REGION))
                .credentialsProvider(credentials())
                .forcePathStyle(true)
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    static S3Presigner presigner(CairnProcess server) {
        return S3Presigner.builder()
                .endpointOverride(server.s3())
                .region(Region.of(CairnProcess.REGION))
                .credentialsProvider(credentials())
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .build();
    }

    private static StaticCredentialsProvider credentials() {
        return StaticCredentialsProvider.create(
                AwsBasicCredentials.create(CairnProcess.ACCESS_KEY, CairnProcess.SECRET_KEY));
    }
}
