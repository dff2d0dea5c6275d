// A model's report: one document with all figures, written by evaluate, kept in runs and bundles, read by compare.
using System.Text.Json;

namespace StreamActions.Trainer.Evaluation;

/// <summary>Figures of a model on held-out clips. Its JSON form is versioned; fractions are in [0, 1], to four digits.</summary>
internal sealed record EvaluationReport
{
    /// <summary>The form that this code reads and writes.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>Version of the form.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>What was evaluated: a run's or a bundle's name.</summary>
    public required string Model { get; init; }

    /// <summary>Training steps it had behind it.</summary>
    public required long Steps { get; init; }

    /// <summary>The sets; first the one over the classes that were trained on, unless none was.</summary>
    public required IReadOnlyList<SetReport> Sets { get; init; }

    /// <summary>Harmonic means of base and novel.</summary>
    public required IReadOnlyList<HarmonicMean> HarmonicMeans { get; init; }

    /// <summary>A report of sets.</summary>
    public static EvaluationReport Of(string model, long steps, IReadOnlyList<SetReport> sets) =>
        new() { SchemaVersion = CurrentSchemaVersion, Model = model, Steps = steps, Sets = sets, HarmonicMeans = HarmonicMean.Of(sets) };

    /// <summary>As indented JSON, ending in a newline.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Options) + "\n";

    /// <summary>Reads a report.</summary>
    /// <exception cref="TrainerException">Not a report, or of another version; names the file.</exception>
    public static EvaluationReport Parse(string json, string file)
    {
        try
        {
            using (var document = JsonDocument.Parse(json))
            {
                if (document.RootElement.ValueKind != JsonValueKind.Object
                    || !document.RootElement.TryGetProperty("schemaVersion", out var version)
                    || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number))
                    throw new TrainerException($"{file}: not a report of 'evaluate'");
                if (number != CurrentSchemaVersion)
                    throw new TrainerException(
                        $"{file}: a report of version {number}, and this program reads version {CurrentSchemaVersion}; evaluate the model "
                            + "again");
            }
            return JsonSerializer.Deserialize<EvaluationReport>(json, ReportJson.Options)!;
        }
        catch (JsonException e)
        {
            throw new TrainerException($"{file}: not a readable report ({e.Message}); evaluate the model again", e);
        }
    }

    /// <summary>
    /// The figures by the names they have in a manifest; those of all sets but the first with their set's name before them.
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
        }
        foreach (var mean in HarmonicMeans)
            metrics["harmonic-mean-" + mean.Name] = mean.Value;
        return metrics;
    }
}
