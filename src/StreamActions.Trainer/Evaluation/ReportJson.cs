// JSON format of reports.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamActions.Trainer.Evaluation;

/// <summary>JSON options of reports: camelCase as in the manifest, indented, each matrix row on one line.</summary>
internal static class ReportJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new MatrixConverter() },
    };

    private sealed class MatrixConverter : JsonConverter<IReadOnlyList<int[]>>
    {
        public override IReadOnlyList<int[]> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<int[][]>(ref reader) ?? [];

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<int[]> value, JsonSerializerOptions options)
        {
            // The writer does not indent a raw value, so its lines carry their own indentation.
            var indent = "\n" + new string(' ', 2 * (writer.CurrentDepth + 1));
            writer.WriteRawValue($"[{string.Join(",", value.Select(row => $"{indent}[{string.Join(", ", row)}]"))}{indent[..^2]}]");
        }
    }
}
