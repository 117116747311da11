package dev.kiln.frame;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/** Short names of column types for people: {@code int64}, {@code string}, {@code list<double>}, {@code timestamp[us]}. */
final class TypeNames {

    private TypeNames() {}

    static String of(Field field) {
        List<Field> children = field.getChildren();
        return switch (field.getType()) {
            case ArrowType.ExtensionType it -> it.extensionName();
            case ArrowType.Int it -> (it.getIsSigned() ? "int" : "uint") + it.getBitWidth();
            case ArrowType.FloatingPoint it -> floating(it.getPrecision());
            case ArrowType.Bool _ -> "bool";
            case ArrowType.Utf8 _, ArrowType.LargeUtf8 _, ArrowType.Utf8View _ -> "string";
            case ArrowType.Binary _, ArrowType.LargeBinary _, ArrowType.BinaryView _ -> "binary";
            case ArrowType.FixedSizeBinary it -> "binary[" + it.getByteWidth() + "]";
            case ArrowType.Decimal it -> "decimal(" + it.getPrecision() + "," + it.getScale() + ")";
            case ArrowType.Date _ -> "date";
            case ArrowType.Time _ -> "time";
            case ArrowType.Timestamp it ->
                "timestamp[" + unit(it.getUnit()) + (it.getTimezone() == null ? "" : ", " + it.getTimezone()) + "]";
            case ArrowType.Duration it -> "duration[" + unit(it.getUnit()) + "]";
            case ArrowType.Interval _ -> "interval";
            case ArrowType.Null _ -> "null";
            case ArrowType.List _, ArrowType.LargeList _ -> "list<" + of(children.getFirst()) + ">";
            case ArrowType.FixedSizeList it -> "list<" + of(children.getFirst()) + ">[" + it.getListSize() + "]";
            case ArrowType.Map _ ->
                "map<"
                        + children.getFirst().getChildren().stream()
                                .map(TypeNames::of)
                                .collect(Collectors.joining(", "))
                        + ">";
            case ArrowType.Struct _ ->
                children.stream()
                        .map(child -> child.getName() + ": " + of(child))
                        .collect(Collectors.joining(", ", "struct<", ">"));
            default -> field.getType().toString().toLowerCase(Locale.ROOT);
        };
    }

    private static String floating(FloatingPointPrecision precision) {
        return switch (precision) {
            case HALF -> "half";
            case SINGLE -> "float";
            case DOUBLE -> "double";
        };
    }

    private static String unit(TimeUnit unit) {
        return switch (unit) {
            case SECOND -> "s";
            case MILLISECOND -> "ms";
            case MICROSECOND -> "us";
            case NANOSECOND -> "ns";
        };
    }
}
