// From the operator's words to scorers: embeddings once, when the file is loaded.
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Decisions;

/// <summary>Makes the scorer of every alert.</summary>
internal static partial class AlertScorers
{
    // Bounds the text encoder's memory, whatever the file holds.
    private const int TextsARun = 32;

    /// <summary>The scorers by alert, every distinct phrase embedded once.</summary>
    public static IReadOnlyDictionary<string, AlertScorer> Make(StreamActionsFile file, IActionModel model, ILogger logger)
    {
        string[] phrases = [.. file.Alerts.Values.SelectMany(a => a.Phrases.Concat(a.Not)).Concat(file.Background).Distinct(StringComparer.Ordinal)];
        var embedded = phrases.Chunk(TextsARun).SelectMany(chunk => chunk.Zip(model.EmbedTexts(chunk), (text, embedding) => new EmbeddedPhrase(text, embedding)))
            .ToDictionary(p => p.Text, StringComparer.Ordinal);
        var scorers = new Dictionary<string, AlertScorer>(StringComparer.Ordinal);
        foreach (var alert in file.Alerts.Values)
        {
            if (alert.Label is { } label)
            {
                scorers.Add(alert.Name, new LabelScorer(model.Manifest.Labels, model.Manifest.Labels.ToList().IndexOf(label)));
                continue;
            }
            string[] unknown = [.. alert.Phrases.Concat(alert.Not).SelectMany(model.UnknownWords).Distinct(StringComparer.Ordinal)];
            if (unknown.Length > 0)
                LogUnknownWords(logger, alert.Name, string.Join(", ", unknown.Select(w => $"'{w}'")), model.Manifest.Name);
            foreach (var phrase in alert.Phrases.Concat(alert.Not).Where(model.IsCut))
                LogCut(logger, alert.Name, phrase, model.Manifest.Name);
            // What an alert looks for is no alternative to it; upper and lower case are the same to the model.
            string[] own = [.. alert.Phrases.Distinct(StringComparer.OrdinalIgnoreCase)];
            var others = alert.Not.Concat(file.Background).Distinct(StringComparer.OrdinalIgnoreCase).Except(own, StringComparer.OrdinalIgnoreCase);
            scorers.Add(alert.Name, new PhraseScorer([.. own.Select(p => embedded[p])], [.. others.Select(p => embedded[p])], model.Manifest.Scale));
        }
        return scorers;
    }

    /// <summary>What the model lacks that the file names; empty when all is well.</summary>
    public static IReadOnlyList<string> Problems(StreamActionsFile file, IActionModel model) =>
    [
        .. from alert in file.Alerts.Values
           where alert.Label is not null && !model.Manifest.Labels.Contains(alert.Label)
           select $"alerts.{alert.Name}.label: model '{model.Manifest.Name}' has no label '{alert.Label}'; it has {(model.Manifest.Labels.Count == 0 ? "none: use phrases" : string.Join(", ", model.Manifest.Labels))}",
    ];

    [LoggerMessage(Level = LogLevel.Warning, Message = "alerts.{Alert}: model {Model} never saw the words {Words}: its scores may mean little; use other words, or a model with a larger vocabulary")]
    private static partial void LogUnknownWords(ILogger logger, string alert, string words, string model);

    [LoggerMessage(Level = LogLevel.Warning, Message = "alerts.{Alert}: '{Phrase}' is longer than model {Model} reads, and its end is cut off: say it in fewer words")]
    private static partial void LogCut(ILogger logger, string alert, string phrase, string model);
}
