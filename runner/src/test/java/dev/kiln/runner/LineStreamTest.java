package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("C-09: what is printed is cut into lines")
class LineStreamTest {
    private final List<String> lines = new ArrayList<>();
    private final LineStream stream = new LineStream(lines::add);

    @Test
    void aLineIsGivenOutWhenItEnds() {
        stream.printer().print("half ");
        assertEquals(List.of(), lines);
        stream.printer().println("a line");
        stream.printer().print("with\r\nDOS ends\r\n\n");
        assertEquals(List.of("half a line", "with", "DOS ends", ""), lines);
    }

    @Test
    void whatIsLeftIsGivenOutAtTheEnd() {
        stream.printer().print("no end");
        stream.finish();
        stream.finish();
        assertEquals(List.of("no end"), lines);
    }

    @Test
    void aLongLineIsGivenOutInPiecesThatCutNoCharacter() {
        String text = "ä€😀".repeat(5_000); // 9 bytes each
        stream.printer().println(text);
        assertEquals(3, lines.size());
        assertEquals(text, String.join("", lines));
        for (String line : lines) {
            int bytes = line.getBytes(StandardCharsets.UTF_8).length;
            assertEquals(true, bytes <= LineStream.LONGEST_LINE + 3, () -> bytes + " bytes");
        }
    }

    @Test
    void bytesThatAreNoCharactersAreCutToo() {
        byte[] bytes = new byte[3 * LineStream.LONGEST_LINE];
        java.util.Arrays.fill(bytes, (byte) 0x80);
        stream.write(bytes, 0, bytes.length);
        stream.write('\n');
        assertEquals(bytes.length, lines.stream().mapToInt(String::length).sum());
    }
}
