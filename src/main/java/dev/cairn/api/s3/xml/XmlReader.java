package dev.cairn.api.s3.xml;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.aalto.stax.InputFactoryImpl;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.codehaus.stax2.XMLInputFactory2;

/**
 * Reads a request document into a tree without recursion: depth at most {@value #MAX_DEPTH}, elements at most
 * {@value #MAX_ELEMENTS}, attributes of one at most {@value #MAX_ATTRIBUTES}, text of one at most {@value #MAX_TEXT} chars, and no
 * DTD and no entity of its own. Everything else is {@code MalformedXML}.
 */
public final class XmlReader {
    static final int MAX_DEPTH = 16;
    static final int MAX_ELEMENTS = 100_000;
    static final int MAX_ATTRIBUTES = 32;
    static final int MAX_TEXT = 64 * 1024;

    private static final class Open {
        final String name;
        final StringBuilder text = new StringBuilder();
        final List<XmlElement> children = new ArrayList<>();

        Open(String name) {
            this.name = name;
        }

        XmlElement closed() {
            return new XmlElement(name, text.toString(), children);
        }
    }

    private final Deque<Open> open = new ArrayDeque<>();
    private int elements;

    private XmlReader() {}

    /** The root of a document of at most {@code maxBytes}, which must have that name. */
    public static XmlElement parse(Bytes body, int maxBytes, String root) {
        if (body.length() > maxBytes || !TagScan.passes(body, MAX_ATTRIBUTES)) {
            throw malformed();
        }
        // A factory of its own keeps the names of one hostile document out of everyone else's symbol table.
        var factory = new InputFactoryImpl();
        // Lazily parsed text would report its errors as unchecked ones, when it is read.
        factory.setProperty(XMLInputFactory2.P_LAZY_PARSING, false);
        try {
            // Decoded here, so that no declared or guessed encoding lets the parser see other tags than the scan saw.
            var bytes = new ByteArrayInputStream(body.shared());
            var reader = factory.createXMLStreamReader(new InputStreamReader(bytes, UTF_8.newDecoder()));
            try {
                var element = new XmlReader().read(reader);
                if (!element.name().equals(root)) {
                    throw malformed();
                }
                return element;
            } finally {
                reader.close();
            }
        } catch (XMLStreamException _) {
            throw malformed();
        }
    }

    private XmlElement read(XMLStreamReader reader) throws XMLStreamException {
        XmlElement root = null;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> begin(reader);
                case XMLStreamConstants.END_ELEMENT -> {
                    var element = open.pop().closed();
                    if (open.isEmpty()) {
                        root = element;
                    } else {
                        open.peek().children.add(element);
                    }
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> text(reader);
                case XMLStreamConstants.COMMENT,
                        XMLStreamConstants.PROCESSING_INSTRUCTION,
                        XMLStreamConstants.END_DOCUMENT -> {}
                default -> throw malformed();
            }
        }
        if (root == null) {
            throw malformed();
        }
        return root;
    }

    private void begin(XMLStreamReader reader) {
        elements++;
        if (open.size() == MAX_DEPTH || elements > MAX_ELEMENTS || reader.getAttributeCount() > MAX_ATTRIBUTES) {
            throw malformed();
        }
        open.push(new Open(reader.getLocalName()));
    }

    private void text(XMLStreamReader reader) {
        var inside = open.peek();
        if (inside == null) {
            return;
        }
        if (inside.text.length() + reader.getTextLength() > MAX_TEXT) {
            throw malformed();
        }
        inside.text.append(reader.getTextCharacters(), reader.getTextStart(), reader.getTextLength());
    }

    public static S3Exception malformed() {
        return S3Error.MALFORMED_XML.exception();
    }
}
