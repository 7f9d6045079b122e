package dev.cairn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.crdt.Lww;
import dev.cairn.crdt.LwwMap;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.store.Space;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A native binary interprets the {@code equals} that the compiler makes for a record, at 13 µs a call: ADR 8. */
final class RecordEqualityTest {
    @ParameterizedTest
    @ValueSource(
            classes = {
                BlockHash.class,
                BucketId.class,
                NodeId.class,
                OwnerId.class,
                Stamp.class,
                Lww.class,
                LwwMap.class,
                Space.class
            })
    void what_requests_compare_writes_its_equals_out(Class<?> type) throws IOException {
        try (var bytes = type.getResourceAsStream(type.getSimpleName() + ".class")) {
            var equals = ClassFile.of().parse(bytes.readAllBytes()).methods().stream()
                    .filter(method -> method.methodName().equalsString("equals"))
                    .findFirst()
                    .orElseThrow();
            assertThat(equals.code().orElseThrow().elementStream()).noneMatch(RecordEqualityTest::isMadeAtRunTime);
        }
    }

    private static boolean isMadeAtRunTime(CodeElement element) {
        return element instanceof InvokeDynamicInstruction;
    }
}
