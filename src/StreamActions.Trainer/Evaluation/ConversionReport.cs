// The cost of a conversion: each figure before it, in the new mode without training, and after it.
using System.Text.Json;

namespace StreamActions.Trainer.Evaluation;

/// <summary>One figure of a conversion.</summary>
/// <param name="Set">The set that it was measured on.</param>
/// <param name="Name">Name of the figure.</param>
/// <param name="Before">Value of the old model.</param>
/// <param name="Switched">Value of the old model in the new mode, without training.</param>
/// <param name="Converted">Value of the new model.</param>
/// <param name="Change">Converted − before; a negative change is a loss.</param>
/// <param name="StandardError">
/// Standard error of the change for independent clips; with the same clips for both models the true one is smaller.
/// </param>
internal sealed record ConvertedFigure(
    string Set, string Name, double Before, double Switched, double Converted, double Change, double StandardError);

/// <summary>
/// The figures of a conversion. A causal model's figures after a warm-up are compared with the old model's on the same clips.
/// </summary>
internal sealed record ConversionReport
{
    /// <summary>Schema version of the JSON.</summary>
    public int SchemaVersion { get; } = 1;

    /// <summary>Name of the old model.</summary>
    public required string Before { get; init; }

    /// <summary>Name of the new model.</summary>
    public required string Converted { get; init; }

    /// <summary>The figures, by set.</summary>
    public required IReadOnlyList<ConvertedFigure> Figures { get; init; }

    /// <summary>Makes the report from three reports on the same sets.</summary>
    /// <param name="before">The old model.</param>
    /// <param name="switched">The old model in the new mode.</param>
    /// <param name="converted">The new model.</param>
    public static ConversionReport Of(EvaluationReport before, EvaluationReport switched, EvaluationReport converted) => new()
    {
        Before = before.Model,
        Converted = converted.Model,
        Figures =
        [
            .. from old in before.Sets
               join middle in switched.Sets on old.Name equals middle.Name
               join @new in converted.Sets on old.Name equals @new.Name
               from figure in OfSets(old, middle, @new)
               select figure,
        ],
    };

    /// <summary>The report as indented JSON with a final newline.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Options) + "\n";

    private static IEnumerable<ConvertedFigure> OfSets(SetReport before, SetReport switched, SetReport converted)
    {
        var after = converted.WarmedUp is { Frames: var frames } ? $", after {frames} earlier frames" : "";
        (string Name, Share? Before, Share? Switched, Share? Converted)[] all =
        [
            ("top-1 by text", before.ByText.Top1, switched.ByText.Top1, converted.ByText.Top1),
            ("top-5 by text", before.ByText.Top5, switched.ByText.Top5, converted.ByText.Top5),
            ("top-1 by classification head", before.ByClassifier?.Top1, switched.ByClassifier?.Top1, converted.ByClassifier?.Top1),
            ("top-5 by classification head", before.ByClassifier?.Top5, switched.ByClassifier?.Top5, converted.ByClassifier?.Top5),
            ("time-order pairs", before.TimeOrder?.Ordered, switched.TimeOrder?.Ordered, converted.TimeOrder?.Ordered),
            ("time-order pairs, frames shuffled", before.TimeOrder?.Shuffled, switched.TimeOrder?.Shuffled, converted.TimeOrder?.Shuffled),
            ("top-1 by text" + after, before.ByText.Top1, switched.WarmedUp?.ByText.Top1, converted.WarmedUp?.ByText.Top1),
            ("top-1 by classification head" + after,
                before.ByClassifier?.Top1, switched.WarmedUp?.ByClassifier?.Top1, converted.WarmedUp?.ByClassifier?.Top1),
            ("time-order pairs" + after, before.TimeOrder?.Ordered, switched.WarmedUp?.Ordered, converted.WarmedUp?.Ordered),
        ];
        return
            from figure in all
            where figure is { Before: not null, Switched: not null, Converted: not null }
            select Of(before.Name, figure.Name, figure.Before!, figure.Switched!, figure.Converted!);
    }

    private static ConvertedFigure Of(string set, string name, Share before, Share switched, Share converted) =>
        new(set, name, before.Value, switched.Value, converted.Value, Math.Round(converted.Value - before.Value, 4),
            Math.Round(Math.Sqrt(Math.Pow(before.StandardError, 2) + Math.Pow(converted.StandardError, 2)), 4));
}
