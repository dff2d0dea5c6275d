// How runs of the model are spread over the device: threads of a run, runs at a time, steps in a run. Pure.
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Inference;

/// <summary>
/// A CPU is fastest and steadiest with one thread per run, one step per run, and as many runs at a time as it has cores: a batch gains
/// nothing there. A GPU gains from batches, and one run fills it; several GPUs have a run each.
/// </summary>
/// <param name="Device">The device that was opened: <c>cpu</c>, <c>cuda:N</c>, or several <c>cuda:N</c>.</param>
/// <param name="Threads">Threads of a run on the CPU; at least 1.</param>
/// <param name="Parallel">Runs at a time, which is the number of encoder lanes; at least 1.</param>
/// <param name="MaxBatch">Most steps in a run; at least 1.</param>
internal sealed record RunPlan(string Device, int Threads, int Parallel, int MaxBatch)
{
    /// <summary>Chooses what the options leave open. Threads times runs is at most the number of cores, unless the options ask for more.
    /// </summary>
    /// <param name="device">The device that was opened: <c>cpu</c>, <c>cuda:N</c>, or several with commas.</param>
    /// <param name="options">The operator's settings; 0 leaves a number open.</param>
    /// <param name="cores">Cores that the worker may use; at least 1.</param>
    public static RunPlan For(string device, InferenceOptions options, int cores)
    {
        if (device != DeviceChoice.Cpu)
        {
            var devices = device.Split(',').Length;
            return new(device, Math.Max(1, options.Threads), Math.Max(devices, options.Parallel), options.MaxBatch);
        }
        var parallel = options.Parallel > 0 ? options.Parallel : Math.Max(1, cores / Math.Max(1, options.Threads));
        return new(device, options.Threads > 0 ? options.Threads : Math.Max(1, cores / parallel), parallel, 1);
    }

    /// <summary>
    /// Threads of a run on a CPU. A camera's runs follow one another, so a run that is longer than the time between two of them holds the
    /// camera back while cores are idle. The cores are then divided among the cameras.
    /// </summary>
    /// <param name="run">Duration of a run with one thread.</param>
    /// <param name="interval">Time between two runs of a camera.</param>
    /// <param name="cameras">Cameras at their own speed.</param>
    /// <param name="cores">Cores that the worker may use; at least 1.</param>
    public static int ThreadsFor(TimeSpan run, TimeSpan interval, int cameras, int cores) =>
        cameras == 0 || run <= SamplingGovernor.TargetUtilisation * interval ? 1 : Math.Max(1, cores / cameras);

    /// <summary>The plan in words, such as "cpu: 2 runs at a time, 1 thread and 1 window each".</summary>
    public override string ToString() =>
        $"{Device}: {Count(Parallel, "run")} at a time, {Count(Threads, "thread")} and "
        + $"{(MaxBatch > 1 ? "up to " : "")}{Count(MaxBatch, "window")} each";

    private static string Count(int number, string noun) => FormattableString.Invariant($"{number} {noun}{(number == 1 ? "" : "s")}");
}
