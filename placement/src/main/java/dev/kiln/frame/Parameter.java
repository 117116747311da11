package dev.kiln.frame;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.Temporal;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** A value for a {@code ?}, as the engine takes it. Never part of the statement's text. */
record Parameter(@Nullable Serializable value) implements Serializable {

    /**
     * Takes a user's value.
     *
     * @throws IllegalArgumentException if the engine has no such type
     */
    static Parameter of(String verb, @Nullable Object value) {
        return new Parameter(
                switch (value) {
                    case null -> null;
                    case Boolean b -> b;
                    case Byte n -> n;
                    case Short n -> n;
                    case Integer n -> n;
                    case Long n -> n;
                    case Float n -> n;
                    case Double n -> n;
                    case BigInteger n -> n;
                    case BigDecimal n -> n;
                    case String text -> text;
                    case Character c -> c.toString();
                    case Enum<?> constant -> constant.name();
                    case LocalDate date -> date;
                    case LocalTime time -> time;
                    case LocalDateTime time -> time;
                    case OffsetDateTime time -> time;
                    case ZonedDateTime time -> time.toOffsetDateTime();
                    case Instant time -> time.atOffset(ZoneOffset.UTC);
                    case UUID id -> id;
                    case byte[] bytes -> bytes.clone();
                    default ->
                        throw new IllegalArgumentException(verb + ": a parameter cannot be a "
                                + value.getClass().getName()
                                + "; use a number, boolean, string, date, time, UUID or byte[], and one ? for each"
                                + " element of a list");
                });
    }

    /**
     * The engine's type for a time with digits below the microsecond, of which it would drop those, if any of this data has such digits;
     * else empty. What has microseconds may be of years that nanoseconds do not reach, and is met by a value of microseconds.
     */
    Optional<String> fineType(List<Leaf> data) {
        Optional<String> type = Optional.ofNullable(
                switch (value) {
                    case LocalTime time when isFine(time) -> "time_ns";
                    case LocalDateTime time when isFine(time) && hasRoom(time.getYear()) -> "timestamp_ns";
                    case OffsetDateTime time when isFine(time) && hasRoom(time.getYear()) -> "timestamptz_ns";
                    case null, default -> null;
                });
        return type.filter(
                it -> data.stream().anyMatch(leaf -> areFine(leaf.schema().getFields())));
    }

    private static boolean areFine(List<Field> fields) {
        return fields.stream().anyMatch(field -> {
            boolean fine =
                    switch (field.getType()) {
                        case ArrowType.Timestamp type -> type.getUnit() == TimeUnit.NANOSECOND;
                        case ArrowType.Time type -> type.getUnit() == TimeUnit.NANOSECOND;
                        default -> false;
                    };
            return fine || areFine(field.getChildren());
        });
    }

    private static boolean isFine(Temporal time) {
        return time.get(ChronoField.NANO_OF_SECOND) % 1000 != 0;
    }

    /** What has 64 bits of nanoseconds is of these years. */
    private static boolean hasRoom(int year) {
        return year > 1677 && year < 2262;
    }

    /** The text that a {@link #fineType} is cast from. */
    String text() {
        return value instanceof OffsetDateTime time ? time.toInstant().toString() : String.valueOf(value);
    }

    @Override
    public String toString() {
        return value instanceof String text
                ? "'" + text + "'"
                : value instanceof byte[] b ? b.length + " bytes" : "" + value;
    }
}
