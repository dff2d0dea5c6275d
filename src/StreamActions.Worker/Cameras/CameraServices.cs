// The services that all cameras share.
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Cameras;

/// <summary>The services that all cameras share.</summary>
/// <param name="Open">Makes a source for one opening.</param>
/// <param name="Slots">Limits how many cameras open at a time.</param>
/// <param name="Visibility">Takes the changes of visibility.</param>
/// <param name="Metrics">The instruments.</param>
/// <param name="Time">The clock.</param>
/// <param name="Random">Source of the back-off's jitter.</param>
/// <param name="Logger">The cameras' log.</param>
internal sealed record CameraServices(
    FrameSourceFactory Open, OpeningSlots Slots, IVisibilitySink Visibility, WorkerMetrics Metrics, TimeProvider Time, Random Random,
    ILogger<CameraWorker> Logger);
