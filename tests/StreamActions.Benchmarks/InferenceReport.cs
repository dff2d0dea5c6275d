// The figures of the inference benchmark, as its JSON file has them.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamActions.Benchmarks;

/// <summary>
/// Medians in seconds per new window on one thread; null where not run. A window has the model's number of frames; streams and single
/// frames encode one frame for each new window.
/// </summary>
internal sealed record InferenceReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The processor, and whether it multiplies bytes with VNNI.</summary>
    public required string Processor { get; init; }

    /// <summary>A whole window in fp32.</summary>
    public double? WindowFp32 { get; init; }

    /// <summary>A frame of a causal network in fp32.</summary>
    public double? StreamFp32 { get; init; }

    /// <summary>A frame of a causal network in int8.</summary>
    public double? StreamInt8 { get; init; }

    /// <summary>A frame of a network without adapters in fp32.</summary>
    public double? FrameFp32 { get; init; }

    /// <summary>A frame of a network without adapters in int8.</summary>
    public double? FrameInt8 { get; init; }

    /// <summary>A frame of a causal network in int8, of which a tenth of the patches changed.</summary>
    public double? Reuse10 { get; init; }

    /// <summary>A whole window in libtorch, eager, fp32, with the same weights.</summary>
    public double? LibtorchEager { get; init; }

    /// <summary>Most cameras without a lost window; null without a bundle.</summary>
    public SustainedCameras? Sustained { get; init; }

    /// <summary>What the worker did with several numbers of cameras.</summary>
    public IReadOnlyList<LoadFigures> Loads { get; init; } = [];

    /// <summary>Every form with every number of threads.</summary>
    public IReadOnlyList<FormCost> Forms { get; init; } = [];

    /// <summary>The report with the figures of a number of cameras and a level of reuse, in place of earlier ones of both.</summary>
    public InferenceReport With(LoadFigures load)
    {
        var others = Loads.Where(l => (l.Cameras, l.Reuse) != (load.Cameras, load.Reuse));
        return this with { Loads = [.. others.Append(load).OrderByDescending(l => l.Reuse == "off").ThenBy(l => l.Cameras)] };
    }

    /// <summary>Reads a file.</summary>
    public static InferenceReport Read(string path) => JsonSerializer.Deserialize<InferenceReport>(File.ReadAllText(path), Json)
        ?? throw new FormatException($"{path}: empty");

    /// <summary>Writes the file.</summary>
    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Json));
}

/// <summary>The cost of a new window.</summary>
/// <param name="Form">The form, by the name in <see cref="InferenceReport"/>.</param>
/// <param name="Runs">Runs at the same time.</param>
/// <param name="Threads">Threads of each run.</param>
/// <param name="Seconds">Median wall time. Of several runs at a time: divided by their number.</param>
/// <param name="Least">Least wall time.</param>
/// <param name="CpuSeconds">Median time of all cores.</param>
internal sealed record FormCost(string Form, int Runs, int Threads, double Seconds, double Least, double CpuSeconds);

/// <summary>Most cameras for which the worker decided every window.</summary>
/// <param name="Cameras">Number of cameras; 0: not even one.</param>
/// <param name="DroppedWindows">Windows that it dropped or left out.</param>
/// <param name="P95LatencyMs">95th percentile of the time from a window's last frame to its decision.</param>
internal sealed record SustainedCameras(int Cameras, long DroppedWindows, double P95LatencyMs);

/// <summary>The worker under a number of cameras, from RTSP to the store.</summary>
/// <param name="Cameras">Number of cameras.</param>
/// <param name="Reuse">The level of <c>inference.reuse</c>.</param>
/// <param name="Seconds">Length of the measurement.</param>
/// <param name="Load">Frames that the cameras sent, as a share of what the model can do on this machine.</param>
/// <param name="Decided">Windows that were decided.</param>
/// <param name="Thinned">Windows that the worker left out because it was at its limit.</param>
/// <param name="Dropped">Windows that it dropped.</param>
/// <param name="LeastCoverage">Share of decided windows of the camera with the fewest, in the last 10 s.</param>
/// <param name="P50Ms">Median time from a window's last frame to its decision.</param>
/// <param name="P95Ms">95th percentile.</param>
/// <param name="P99Ms">99th percentile.</param>
/// <param name="CpuSecondsPerWindow">Time of all cores in the worker's process.</param>
/// <param name="AllocatedBytesPerFrame">Managed memory allocated.</param>
/// <param name="Gen2Collections">Full garbage collections.</param>
/// <param name="RssMbAtStart">Resident memory at the start.</param>
/// <param name="RssMbAtEnd">Resident memory at the end.</param>
internal sealed record LoadFigures(
    int Cameras, string Reuse, double Seconds, double Load, long Decided, long Thinned, long Dropped, double LeastCoverage,
    double P50Ms, double P95Ms, double P99Ms, double CpuSecondsPerWindow, double AllocatedBytesPerFrame, int Gen2Collections,
    double RssMbAtStart, double RssMbAtEnd)
{
    /// <summary>Windows that were due and not decided.</summary>
    [JsonIgnore]
    public long Lost => Thinned + Dropped;
}
