// The compiled form of the operator's file.
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Running;

/// <summary>
/// A compiled configuration. Immutable. A new one is compiled while the old one runs; <see cref="WorkerRuntime.ApplyAsync"/> applies it as
/// a whole.
/// </summary>
/// <param name="File">The file, complete and checked.</param>
/// <param name="Alerts">Its alerts, compiled for the model.</param>
internal sealed record RunningConfiguration(StreamActionsFile File, AlertPlan Alerts)
{
    /// <summary>Compiles a file on its own thread: embedding phrases delays neither cameras nor inference.</summary>
    /// <param name="file">The operator's file, its labels checked.</param>
    /// <param name="model">Embeds the phrases.</param>
    /// <param name="logger">Receives warnings about phrases.</param>
    /// <param name="cache">Keeps embeddings from one start to the next; null embeds every phrase.</param>
    public static Task<RunningConfiguration> CompileAsync(
        StreamActionsFile file, IActionModel model, ILogger logger, PhraseCache? cache = null) =>
        Task.Factory.StartNew(
            () => Compile(file, model, logger, cache), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Compiles a file on the caller's thread.</summary>
    /// <inheritdoc cref="CompileAsync"/>
    public static RunningConfiguration Compile(StreamActionsFile file, IActionModel model, ILogger logger, PhraseCache? cache = null) =>
        new(file, AlertCompiler.Compile(file, model, logger, cache));

    /// <summary>The views of a camera that some alert watches.</summary>
    public IEnumerable<View> ViewsOf(string camera) => Alerts.Views.Keys.Where(view => view.Camera == camera);
}
