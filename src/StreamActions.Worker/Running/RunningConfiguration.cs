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
    public static Task<RunningConfiguration> CompileAsync(StreamActionsFile file, IActionModel model, ILogger logger) =>
        Task.Factory.StartNew(
            () => Compile(file, model, logger), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Compiles a file on the caller's thread.</summary>
    public static RunningConfiguration Compile(StreamActionsFile file, IActionModel model, ILogger logger) =>
        new(file, AlertCompiler.Compile(file, model, logger));

    /// <summary>The views of a camera that some alert watches.</summary>
    public IEnumerable<View> ViewsOf(string camera) => Alerts.Views.Keys.Where(view => view.Camera == camera);
}
