package dev.kiln.runner.wire;

import dev.kiln.frame.OperandPolicy;
import dev.kiln.runner.wire.Message.BatchEnd;
import dev.kiln.runner.wire.Message.Ending;
import dev.kiln.runner.wire.Message.Settlement;
import java.util.List;

/** The numbers of constants on the wire, which stay when their declaration is put in another order. */
final class Ordinals {
    static final List<Ending> ENDINGS = List.of(Ending.TIMED_OUT, Ending.CANCELLED, Ending.NOT_TAKEN);
    static final List<Settlement> SETTLEMENTS = List.of(Settlement.RETURNED, Settlement.THREW, Settlement.FAILED);
    static final List<CallTerms.Kind> KINDS =
            List.of(CallTerms.Kind.CALL, CallTerms.Kind.EXECUTE, CallTerms.Kind.BATCH_STATUS);
    static final List<OperandPolicy> OPERANDS = List.of(OperandPolicy.SMALLER_MOVES, OperandPolicy.FIRST_OPERAND);
    static final List<BatchEnd> BATCH_ENDS = List.of(BatchEnd.CLOSE, BatchEnd.CANCEL, BatchEnd.DELETE);

    private Ordinals() {}
}
