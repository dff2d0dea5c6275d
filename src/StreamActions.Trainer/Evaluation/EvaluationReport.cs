// The evaluation report of a model: all figures in one document. 'evaluate' writes it, runs and bundles store it, 'compare' reads it.
using System.Text.Json;

namespace StreamActions.Trainer.Evaluation;

/// <summary>Figures of a model on held-out clips. Its JSON has a schema version; shares are in [0, 1], rounded to four digits.</summary>
internal sealed record EvaluationReport
{
    /// <summary>The schema version that this code reads and writes.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>Schema version of the report.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>The evaluated model: name of a run or a bundle.</summary>
    public required string Model { get; init; }

    /// <summary>Training steps of the model.</summary>
    public required long Steps { get; init; }

    /// <summary>The sets; the set over the data's classes comes first.</summary>
    public required IReadOnlyList<SetReport> Sets { get; init; }

    /// <summary>Harmonic means of base and novel sets.</summary>
    public required IReadOnlyList<HarmonicMean> HarmonicMeans { get; init; }

    /// <summary>Makes a report.</summary>
    public static EvaluationReport Of(string model, long steps, IReadOnlyList<SetReport> sets) =>
        new() { SchemaVersion = CurrentSchemaVersion, Model = model, Steps = steps, Sets = sets, HarmonicMeans = HarmonicMean.Of(sets) };

    /// <summary>The report as indented JSON with a final newline.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Options) + "\n";

    /// <summary>Reads a report.</summary>
    /// <exception cref="TrainerException">The text is not a report, or has another schema version; the message names the file.</exception>
    public static EvaluationReport Parse(string json, string file)
    {
        try
        {
            using (var document = JsonDocument.Parse(json))
            {
                if (document.RootElement.ValueKind != JsonValueKind.Object
                    || !document.RootElement.TryGetProperty("schemaVersion", out var version)
                    || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number))
                    throw new TrainerException($"{file}: not a report of 'evaluate'; give a file that 'evaluate --json' wrote");
                if (number != CurrentSchemaVersion)
                    throw new TrainerException($"{file}: a report of version {number}, but this program reads version "
                        + $"{CurrentSchemaVersion}; evaluate the model again");
            }
            return JsonSerializer.Deserialize<EvaluationReport>(json, ReportJson.Options)!;
        }
        catch (JsonException e)
        {
            throw new TrainerException($"{file}: not a readable report ({e.Message}); evaluate the model again", e);
        }
    }

    /// <summary>
    /// The figures by their metric name in a manifest. Sets after the first one prefix the metric with the set's name.
    /// </summary>
    public Dictionary<string, double> ToMetrics()
    {
        Dictionary<string, double> metrics = [];
        foreach (var (i, set) in Sets.Index())
        {
            var before = i == 0 ? "" : set.Name + "-";
            metrics[before + "held-out-clips"] = set.Clips;
            void Add(string name, Share? share)
            {
                if (share is not null)
                    metrics[before + name] = share.Value;
            }
            Add("top1-by-text", set.ByText.Top1);
            Add("top5-by-text", set.ByText.Top5);
            Add("top1-by-classifier", set.ByClassifier?.Top1);
            Add("top5-by-classifier", set.ByClassifier?.Top5);
            Add("time-order-pairs", set.TimeOrder?.Ordered);
            Add("time-order-pairs-shuffled", set.TimeOrder?.Shuffled);
            Add("top1-by-text-warmed-up", set.WarmedUp?.ByText.Top1);
            Add("top1-by-classifier-warmed-up", set.WarmedUp?.ByClassifier?.Top1);
            Add("time-order-pairs-warmed-up", set.WarmedUp?.Ordered);
        }
        foreach (var mean in HarmonicMeans)
            metrics["harmonic-mean-" + mean.Name] = mean.Value;
        return metrics;
    }
}
