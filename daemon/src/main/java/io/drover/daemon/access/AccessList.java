/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.access;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.drover.api.Json;
import io.drover.api.SafeText;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an access file says: each caller by name, with what they show and which roles they have for which shards.
 *
 * <pre>
 * callers:
 *   - name: alice
 *     token: sha256:9f86d0…          # of the token; the file holds no secret
 *     certificate: alice             # optional: drover://client/alice in the client's certificate
 *     roles: {viewer: ["*"], operator: ["orders_*"]}
 * </pre>
 *
 * <p>Whoever has both has to show both. What is wrong with a file is told without what it holds: somebody may have written the token
 * itself where its hash belongs.
 */
final class AccessList implements Callers {
    private static final ObjectMapper YAML =
            Json.configure(new ObjectMapper(new YAMLFactory())).enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    private static final int LONGEST_MEMBER = 20;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,62}");

    private final Map<String, Entry> byToken = new HashMap<>();
    private final Map<String, Entry> byCertificate = new HashMap<>();
    private final Set<String> names = new HashSet<>();

    private record Document(@Nullable List<@Nullable Line> callers) {}

    private record Line(
            @Nullable String name,
            @Nullable String token,
            @Nullable String certificate,
            @Nullable Map<String, @Nullable List<@Nullable String>> roles) {}

    private record Entry(
            Caller caller, @Nullable String token, @Nullable String certificate) {}

    private AccessList() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is not understood as a whole: half a list would let in whom nobody meant
     */
    static AccessList parse(byte[] text) {
        Document document;
        try {
            document = YAML.readValue(text, Document.class);
        } catch (JsonProcessingException e) {
            String where =
                    e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
            // without the cause: its message shows a piece of the file
            throw new IllegalArgumentException("it is not understood" + where + ": " + reason(e));
        } catch (IOException e) {
            throw new IllegalArgumentException("it is not text", e);
        }
        AccessList list = new AccessList();
        if (document == null || document.callers() == null) {
            throw new IllegalArgumentException("it has no list 'callers'");
        }
        int number = 0;
        for (Line line : document.callers()) {
            list.add(line, ++number);
        }
        return list;
    }

    /** Of a value that has the wrong form only where it stands, of a wrong sign only the kind. */
    private static String reason(JsonProcessingException failure) {
        if (failure instanceof JsonMappingException mapping) {
            String place = mapping.getPath().stream()
                    .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : named(step.getFieldName()))
                    .collect(Collectors.joining(" "));
            return failure instanceof UnrecognizedPropertyException
                    ? "there is no such member: " + place
                    : "not what belongs there: " + place;
        }
        // the lines behind the first show a piece of the file
        return SafeText.words(
                String.valueOf(failure.getOriginalMessage()).lines().findFirst().orElse(""));
    }

    private static String named(String member) {
        return member.length() <= LONGEST_MEMBER ? SafeText.line(member) : "(long)";
    }

    private void add(@Nullable Line line, int number) {
        if (line == null || line.name() == null || !NAME.matcher(line.name()).matches()) {
            throw new IllegalArgumentException(
                    "caller " + number + " has no name of letters, digits and . _ @ -, 63 at most");
        }
        String who = "caller " + number + " (" + line.name() + ")";
        if (!names.add(line.name())) {
            throw new IllegalArgumentException(who + " has the name of another one");
        }
        if (line.token() == null && line.certificate() == null) {
            throw new IllegalArgumentException(who + " has neither a token nor a certificate");
        }
        Entry entry = new Entry(Caller.listed(line.name(), roles(line, who)), line.token(), line.certificate());
        if (line.token() != null) {
            addToken(entry, line.token(), who);
        }
        if (line.certificate() != null) {
            addCertificate(entry, line.certificate(), who);
        }
    }

    private void addToken(Entry entry, String token, String who) {
        if (!TokenDigest.isOne(token)) {
            throw new IllegalArgumentException(
                    who + " has a token that is not sha256: and 64 hexadecimal digits; bin/drover token makes one");
        }
        if (byToken.put(token, entry) != null) {
            throw new IllegalArgumentException(who + " has the token of another one");
        }
    }

    private void addCertificate(Entry entry, String certificate, String who) {
        if (!NAME.matcher(certificate).matches()) {
            throw new IllegalArgumentException(who + " has a certificate that is no client's name");
        }
        if (byCertificate.put(certificate, entry) != null) {
            throw new IllegalArgumentException(who + " has the certificate of another one");
        }
    }

    private static Map<Role, List<ShardPattern>> roles(Line line, String who) {
        Map<Role, List<ShardPattern>> roles = new EnumMap<>(Role.class);
        if (line.roles() == null || line.roles().isEmpty()) {
            throw new IllegalArgumentException(who + " has no roles");
        }
        line.roles().forEach((name, shards) -> {
            Role role = Role.of(name)
                    .orElseThrow(() -> new IllegalArgumentException(
                            who + " has an unknown role; there are viewer, operator, approver and admin"));
            roles.put(role, patterns(shards, who + ", " + role.text()));
        });
        return roles;
    }

    private static List<ShardPattern> patterns(@Nullable List<@Nullable String> shards, String who) {
        if (shards == null || shards.isEmpty()) {
            throw new IllegalArgumentException(who + ": a list of shards is needed, such as [\"orders_*\"]");
        }
        return shards.stream()
                .map(shard -> {
                    try {
                        return new ShardPattern(shard == null ? "" : shard);
                    } catch (IllegalArgumentException e) {
                        throw new IllegalArgumentException(who + ": " + e.getMessage(), e);
                    }
                })
                .toList();
    }

    int size() {
        return names.size();
    }

    /** The look-up by hash takes no constant time; what that could tell of a hash leads to no token. */
    @Override
    public Optional<Caller> find(@Nullable String authorization, Optional<String> certificate) {
        if (authorization != null) {
            return BearerToken.shown(authorization)
                    .map(TokenDigest::of)
                    .map(byToken::get)
                    .filter(entry ->
                            entry.certificate() == null || entry.certificate().equals(certificate.orElse(null)))
                    .map(Entry::caller);
        }
        return certificate
                .map(byCertificate::get)
                .filter(entry -> entry.token() == null)
                .map(Entry::caller);
    }
}
