package dev.kiln.frame;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Values as expressions of the engine. */
final class SqlText {
    private SqlText() {}

    /** A string in quotes, whatever is in it. */
    static String literal(String text) {
        String quoted = "'" + text.replace("'", "''") + "'";
        // the engine's parser ends at a NUL
        return text.indexOf('\0') < 0 ? quoted : "(" + quoted.replace("\0", "' || chr(0) || '") + ")";
    }

    /**
     * A value of the user's. Whole numbers and decimals take the type of the column that they meet, as far as they fit.
     *
     * @param data what it meets
     * @throws IllegalArgumentException if the engine has no such type
     */
    static String literal(String verb, @Nullable Object value, List<Leaf> data) {
        Parameter given = Parameter.of(verb, value);
        return switch (given.value()) {
            case null -> "null";
            case String text -> literal(text);
            case Float n -> cast(n.toString(), "float");
            case Double n -> cast(n.toString(), "double");
            case BigDecimal n -> signed(n.toPlainString());
            case BigInteger n -> signed(n.toString());
            case Number n -> signed(n.toString());
            case LocalDate date -> cast(date.toString(), "date");
            case LocalTime time -> cast(time.toString(), given.fineType(data).orElse("time"));
            case LocalDateTime time ->
                cast(time.toString(), given.fineType(data).orElse("timestamp"));
            case OffsetDateTime time -> cast(given.text(), given.fineType(data).orElse("timestamptz"));
            case UUID id -> cast(id.toString(), "uuid");
            case byte[] bytes -> "unhex('" + HexFormat.of().formatHex(bytes) + "')";
            case Object other -> other.toString(); // booleans
        };
    }

    private static String cast(String text, String type) {
        return "cast('" + text + "' as " + type + ")";
    }

    /** In brackets, so that a minus before it makes no comment. */
    private static String signed(String number) {
        return number.startsWith("-") ? "(" + number + ")" : number;
    }
}
