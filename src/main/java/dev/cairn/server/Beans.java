package dev.cairn.server;

import dev.cairn.api.admin.AdminSettings;
import dev.cairn.api.admin.NodeFacts;
import dev.cairn.layout.LayoutChanges;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.Buckets;
import dev.cairn.model.StorageNode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** What the admin resources ask the container for; all of it is made before Quarkus starts. */
@ApplicationScoped
final class Beans {
    @Produces
    @Singleton
    AdminSettings adminSettings() {
        RunningNode node = Main.runningNode();
        return new AdminSettings(
                node.adminToken(),
                node.config().admin().metricsToken(),
                node.config().s3().region());
    }

    @Produces
    @Singleton
    NodeFacts nodeFacts() {
        return new NodeReport(Main.runningNode());
    }

    @Produces
    @Singleton
    LayoutChanges layoutChanges() {
        return Main.runningNode().layoutChanges();
    }

    @Produces
    @Singleton
    StorageNode storageNode() {
        return Main.runningNode().node();
    }

    @Produces
    @Singleton
    AccessKeys accessKeys() {
        return Main.runningNode().node().keys();
    }

    @Produces
    @Singleton
    Buckets buckets() {
        return Main.runningNode().node().buckets();
    }
}
