// A validator for the part of JSON Schema 2020-12 that config/event.schema.json uses.
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace StreamActions.Worker.Tests.Events;

/// <summary>Validates JSON. An unknown keyword is an error, so that the validator never ignores one.</summary>
internal sealed class SchemaCheck(JsonNode root)
{
    /// <summary>All problems with their JSON paths; empty for a valid value.</summary>
    public IReadOnlyList<string> Problems(JsonNode? value) => Check(root, value, "$");

    private List<string> Check(JsonNode schema, JsonNode? value, string at) =>
        schema.AsObject().SelectMany(keyword => keyword.Key switch
        {
            "$schema" or "$id" or "$defs" or "title" or "description" => (IEnumerable<string>)[],
            "$ref" => Check(Resolve((string)keyword.Value!), value, at),
            "oneOf" => Count(keyword.Value!, value, at) == 1 ? [] : [$"{at}: matches {Count(keyword.Value!, value, at)} schemas of oneOf"],
            "anyOf" => Count(keyword.Value!, value, at) > 0 ? [] : [$"{at}: matches no schema of anyOf"],
            "type" => Types(keyword.Value!).Contains(TypeOf(value)) ? [] : [$"{at}: is {TypeOf(value)}"],
            "enum" => keyword.Value!.AsArray().Any(one => JsonNode.DeepEquals(one, value)) ? [] : [$"{at}: is not in enum"],
            "pattern" => value is null || Regex.IsMatch((string)value!, (string)keyword.Value!)
                ? []
                : [$"{at}: does not match {keyword.Value}"],
            "format" => IsTime(value) ? [] : [$"{at}: is not a date-time"],
            "minLength" => ((string)value!).Length >= (int)keyword.Value! ? [] : [$"{at}: too short"],
            "minimum" => (double)value! >= (double)keyword.Value! ? [] : [$"{at}: too small"],
            "maximum" => (double)value! <= (double)keyword.Value! ? [] : [$"{at}: too large"],
            "required" => keyword.Value!.AsArray().Where(name => !Has(value, (string)name!)).Select(name => $"{at}.{name}: missing"),
            "additionalProperties" => Names(value).Where(name => !Has(schema["properties"], name)).Select(name => $"{at}.{name}: unknown"),
            "properties" => Names(value).Where(name => Has(keyword.Value, name))
                .SelectMany(name => Check(keyword.Value![name]!, value![name], $"{at}.{name}")),
            _ => throw new NotSupportedException($"keyword {keyword.Key}"),
        }).ToList();

    private int Count(JsonNode schemas, JsonNode? value, string at) =>
        schemas.AsArray().Count(one => SafeCheck(one!, value, at).Count == 0);

    // A branch of oneOf or anyOf for another type may throw on the value: then it does not match.
    private List<string> SafeCheck(JsonNode schema, JsonNode? value, string at)
    {
        try
        {
            return Check(schema, value, at);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentNullException)
        {
            return [$"{at}: {e.Message}"];
        }
    }

    private JsonNode Resolve(string reference) =>
        reference.Split('/')[1..].Aggregate(root, (node, name) => node[name]!);

    private static IEnumerable<string> Types(JsonNode type) =>
        type is JsonArray several ? several.Select(one => (string)one!) : [(string)type!];

    private static string TypeOf(JsonNode? value) => value is null ? "null" : value.GetValueKind().ToString().ToLowerInvariant();

    private static bool Has(JsonNode? value, string name) => value is JsonObject members && members.ContainsKey(name);

    private static IEnumerable<string> Names(JsonNode? value) => value is JsonObject members ? members.Select(member => member.Key) : [];

    private static bool IsTime(JsonNode? value) =>
        DateTimeOffset.TryParse((string?)value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _);
}
