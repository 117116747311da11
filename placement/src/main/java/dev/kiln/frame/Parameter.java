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
import java.util.UUID;
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

    @Override
    public String toString() {
        return value instanceof String text
                ? "'" + text + "'"
                : value instanceof byte[] b ? b.length + " bytes" : "" + value;
    }
}
