// Compiles the alerts of the operator's file for a model: from phrases to scorers, from cameras and zones to views.
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Alerts;

/// <summary>Makes the plan: which alerts watch which views, and the scorer of each alert.</summary>
internal static partial class AlertCompiler
{
    // Bounds the text encoder's memory for any number of phrases.
    private const int PhrasesPerRun = 32;

    /// <summary>
    /// Compiles the alerts of a file. Embeds each distinct phrase once, which is slow: do not call it from the threads of cameras or
    /// encoder.
    /// </summary>
    /// <param name="file">The operator's file. Check its labels with <see cref="Problems"/> first.</param>
    /// <param name="model">Embeds the phrases.</param>
    /// <param name="logger">Receives warnings about phrases that the model cannot read well.</param>
    /// <param name="cache">Keeps embeddings from one start to the next; null embeds every phrase.</param>
    public static AlertPlan Compile(StreamActionsFile file, IActionModel model, ILogger logger, PhraseCache? cache = null)
    {
        PhraseTable table = new(Embed(file, model, cache));
        var rows = Enumerable.Range(0, table.Count).ToDictionary(row => table[row].Text, StringComparer.Ordinal);
        RuleOrigin origin = new(file.Hash, new(model.Manifest.Name, model.Manifest.Version, model.Sha256));
        var rules = file.Alerts.Values
            .ToDictionary(alert => alert.Name, alert => new AlertRule(alert, Scorer(alert), origin), StringComparer.Ordinal);
        return new(
            ViewsOf(file).ToDictionary(v => v.View, IReadOnlyList<AlertRule> (v) => [.. v.Alerts.Select(alert => rules[alert.Name])]),
            model.Manifest.Clip.FrameInterval * file.Inference.Stride);

        AlertScorer Scorer(AlertOptions alert)
        {
            if (alert.Label is { } label)
                return new LabelScorer(model.Manifest.Labels, model.Manifest.Labels.ToList().IndexOf(label));
            WarnOf(alert, model, logger);
            // An alert's own phrases do not compete with it. The model does not distinguish upper and lower case.
            string[] own = [.. alert.Phrases.Distinct(StringComparer.OrdinalIgnoreCase)];
            var others = alert.Not.Concat(file.Background)
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Except(own, StringComparer.OrdinalIgnoreCase);
            return new PhraseScorer(table, [.. own.Select(p => rows[p])], [.. others.Select(p => rows[p])], model.Manifest.Scale);
        }
    }

    /// <summary>The views that alerts watch, with their alerts.</summary>
    public static IEnumerable<(View View, AlertOptions[] Alerts)> ViewsOf(StreamActionsFile file) =>
        from camera in file.Cameras.Keys
        from alert in file.Alerts.Values
        where alert.Cameras.Contains(camera)
        from zone in ZonesOf(alert, file.Cameras[camera])
        group alert by new View(camera, zone) into view
        select (view.Key, view.ToArray());

    /// <summary>Labels in the file that the model does not have; empty when there are none.</summary>
    public static IReadOnlyList<string> Problems(StreamActionsFile file, IActionModel model) =>
    [
        .. from alert in file.Alerts.Values
           where alert.Label is not null && !model.Manifest.Labels.Contains(alert.Label)
           select $"alerts.{alert.Name}.label: model '{model.Manifest.Name}' has no label '{alert.Label}'; its labels: "
               + (model.Manifest.Labels.Count == 0 ? "none, so use phrases" : string.Join(", ", model.Manifest.Labels)),
    ];

    private static EmbeddedPhrase[] Embed(StreamActionsFile file, IActionModel model, PhraseCache? cache)
    {
        string[] phrases =
        [
            .. file.Alerts.Values.SelectMany(alert => alert.Phrases.Concat(alert.Not)).Concat(file.Background)
                .Distinct(StringComparer.Ordinal),
        ];
        var width = model.Manifest.EmbeddingWidth;
        var known = cache?.Read(model.Sha256, width) ?? new Dictionary<string, float[]>(StringComparer.Ordinal);
        string[] missing = [.. phrases.Where(phrase => !known.ContainsKey(phrase))];
        foreach (var chunk in missing.Chunk(PhrasesPerRun))
        {
            foreach (var (text, embedding) in chunk.Zip(model.EmbedTexts(chunk)))
                known.Add(text, embedding);
        }
        if (missing.Length > 0)
            cache?.Write(model.Sha256, width, [.. phrases, .. known.Keys.Except(phrases, StringComparer.Ordinal)], known);
        return [.. phrases.Select(phrase => new EmbeddedPhrase(phrase, known[phrase]))];
    }

    // Null means the whole picture. A zone that this camera does not have belongs to another camera.
    private static IEnumerable<string?> ZonesOf(AlertOptions alert, CameraOptions camera) =>
        alert.Zones.Count == 0 ? [null] : alert.Zones.Where(camera.Zones.ContainsKey).Cast<string?>();

    private static void WarnOf(AlertOptions alert, IActionModel model, ILogger logger)
    {
        string[] unknown = [.. alert.Phrases.Concat(alert.Not).SelectMany(model.UnknownWords).Distinct(StringComparer.Ordinal)];
        if (unknown.Length > 0)
            LogUnknownWords(logger, alert.Name, string.Join(", ", unknown.Select(w => $"'{w}'")), model.Manifest.Name);
        foreach (var phrase in alert.Phrases.Concat(alert.Not).Where(model.IsCut))
            LogCut(logger, alert.Name, phrase, model.Manifest.Name);
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "alerts.{Alert}: the words {Words} were not in the training data of model {Model}, so its scores may be wrong; "
            + "use other words, or a model with a larger vocabulary")]
    private static partial void LogUnknownWords(ILogger logger, string alert, string words, string model);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "alerts.{Alert}: '{Phrase}' is longer than model {Model} can read, and its end is cut off; use fewer words")]
    private static partial void LogCut(ILogger logger, string alert, string phrase, string model);
}
