// Measures the encoder once at the start, and warns when the operator's file asks for more than this machine can do.
using System.Globalization;
using Microsoft.Extensions.Logging;
using StreamActions.Core.Clips;
using StreamActions.Video;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Running;

/// <summary>The demand of a file, compared with the measured capacity.</summary>
/// <param name="encoder">The encoder; no camera may use it yet.</param>
/// <param name="sampling">Learns the duration of runs.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs the measurement and the warning.</param>
internal sealed partial class CapacityCheck(
    IVideoEncoder encoder, SamplingControl sampling, TimeProvider time, ILogger<CapacityCheck> logger)
{
    /// <summary>Measures and warns. Takes about two seconds. A failed measurement is a warning: the cameras may still work.</summary>
    public void Run(RunningConfiguration configuration, ClipSpec clip)
    {
        try
        {
            var plan = sampling.Plan;
            var measured = CapacityProbe.Measure(encoder, clip, plan, time);
            if (plan is { Parallel: 1, MaxBatch: > 1 })
                sampling.Ran(1, 1, measured.Alone);
            sampling.Ran(plan.MaxBatch, plan.MaxBatch, measured.Together);
            LogMeasured(measured.StepsPerSecond, encoder.RunsEveryFrame ? "frames" : "windows", measured.Alone.TotalMilliseconds);
            if (Warning(configuration, clip, plan.Device, measured.StepsPerSecond, encoder.RunsEveryFrame) is { } warning)
                LogTooMuch(warning);
        }
        catch (Exception e)
        {
            LogNotMeasured(e.Message.ReplaceLineEndings(" "));
        }
    }

    /// <summary>What to change when the file asks for more than the machine can do; null when it can do all.</summary>
    /// <param name="configuration">The cameras, views and the stride.</param>
    /// <param name="clip">Frames per second.</param>
    /// <param name="device">The device: <c>cpu</c> or <c>cuda:N</c>.</param>
    /// <param name="capacity">Steps per second that it can run.</param>
    /// <param name="everyFrame">Whether every frame is a step, so that a larger stride saves nothing.</param>
    public static string? Warning(
        RunningConfiguration configuration, ClipSpec clip, string device, double capacity, bool everyFrame = false)
    {
        // Recordings at pace: fast wait, so they ask for no rate.
        string[] cameras =
        [
            .. configuration.File.Cameras.Values.Where(c => c.Enabled && c.Pace != RecordingPace.Fast).Select(c => c.Name),
        ];
        var views = cameras.Sum(camera => configuration.ViewsOf(camera).Count());
        var stride = everyFrame ? 1 : configuration.File.Inference.Stride;
        var (rate, usable) = (clip.SampleFps / stride, SamplingGovernor.TargetUtilisation * capacity);
        var wanted = views * rate;
        if (wanted <= usable)
            return null;
        var (noun, of) = stride == 1 ? ("frames", "fps") : ("windows", "windows/s");
        var shown = views == cameras.Length ? Count(views, "camera") : $"{Count(cameras.Length, "camera")} with {Count(views, "view")}";
        var larger = (int)Math.Ceiling(stride * wanted / usable);
        List<string> advice =
            !everyFrame && larger <= InferenceOptions.LargestStride ? [FormattableString.Invariant($"use stride {larger}")] : [];
        if (everyFrame)
            advice.Add("use a smaller model");
        advice.Add(views == cameras.Length ? "fewer cameras" : "fewer cameras or zones");
        if (device == DeviceChoice.Cpu)
            advice.Add("a GPU");
        var need = FormattableString.Invariant($"{shown} × {rate:0.##} {of} need {wanted:0.#} {noun}/s");
        var does = $"this {(device == DeviceChoice.Cpu ? "CPU" : "GPU")} does {Shown(capacity)}";
        return $"{need}; {does}: {Join(advice)}";
    }

    private static string Count(int number, string noun) => FormattableString.Invariant($"{number} {noun}{(number == 1 ? "" : "s")}");

    private static string Shown(double rate) =>
        rate.ToString(rate >= 10 ? "0" : rate >= 1 ? "0.#" : "0.##", CultureInfo.InvariantCulture);

    private static string Join(List<string> advice) => advice.Count < 3
        ? string.Join(" or ", advice)
        : $"{string.Join(", ", advice.SkipLast(1))}, or {advice[^1]}";

    [LoggerMessage(Level = LogLevel.Information,
        Message = "This machine runs {PerSecond:0.#} {Steps}/s; one alone takes {Alone:0.#} ms")]
    private partial void LogMeasured(double perSecond, string steps, double alone);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private partial void LogTooMuch(string warning);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The model could not be measured, so the worker does not know its limit yet: {Reason}")]
    private partial void LogNotMeasured(string reason);
}
