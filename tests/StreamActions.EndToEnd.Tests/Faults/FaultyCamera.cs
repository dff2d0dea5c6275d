// One camera that a fault befalls: what a script does to it, and what must be seen of it.
using System.Globalization;
using StreamActions.TestKit.Fleet;
using StreamActions.Worker.Cameras;

namespace StreamActions.EndToEnd.Tests.Faults;

/// <summary>A camera of the fleet, for the script of one fault.</summary>
internal sealed class FaultyCamera(string name, ObservedFleet fleet, Action<string> print)
{
    /// <summary>Generous, so that a busy machine proves nothing; what was measured is printed.</summary>
    private static readonly TimeSpan LiveWithin = TimeSpan.FromSeconds(35), NoticedWithin = TimeSpan.FromSeconds(30);

    /// <summary>What came from it.</summary>
    public ObservedCamera Seen => fleet.Cameras[name];

    /// <summary>How it is.</summary>
    public CameraStatus Status => fleet.Status(name);

    /// <summary>Does something, if asked to, and waits until the camera has been in a state for a reason.</summary>
    public async Task BecomesAsync(CameraState state, string reason, Func<Task>? after = null)
    {
        // The course and not the present: a state may be over before anybody looks.
        var from = Math.Max(0, Seen.Course.Count - 1);
        await (after?.Invoke() ?? Task.CompletedTask);
        var took = await ObservedFleet.UntilAsync(
            () => Seen.Course.Skip(from).Any(s => s.State == state && s.Reason.Contains(reason, StringComparison.Ordinal)), NoticedWithin);
        Assert.True(took is not null, $"{name} was never {state} because '{reason}'; it was: {Course}");
        var seen = Seen.Course.Skip(from).First(s => s.State == state && s.Reason.Contains(reason, StringComparison.Ordinal));
        print(string.Create(CultureInfo.InvariantCulture, $"{name}: {state.ToString().ToLowerInvariant()} after {took.Value.TotalSeconds:f1} s: {seen.Reason}"));
    }

    /// <summary>Waits until it is live by a later opening than before and frames come.</summary>
    public async Task IsLiveAgainAsync(int than)
    {
        var frames = Seen.Frames;
        var took = await ObservedFleet.UntilAsync(() => Status.State == CameraState.Live && Status.Generation > than && Seen.Frames > frames, LiveWithin);
        Assert.True(took is not null, $"{name} was not live again within {LiveWithin.TotalSeconds:f0} s; it was: {Course}");
        print(string.Create(CultureInfo.InvariantCulture, $"{name}: live again after {took.Value.TotalSeconds:f1} s"));
    }

    /// <summary>For some time, frames come without a break.</summary>
    public async Task StaysLiveAsync(TimeSpan duration)
    {
        var (generation, frames) = (Status.Generation, Seen.Frames);
        await Task.Delay(duration);
        Assert.True(Status.State == CameraState.Live && Status.Generation == generation, $"{name} did not stay live: {Course}");
        Assert.True(Seen.Frames - frames >= 2 * duration.TotalSeconds, $"{name} gave {Seen.Frames - frames} frames in {duration.TotalSeconds:f0} s");
    }

    private string Course => string.Join(" → ", Seen.Course.Select(s => $"{s.State} {s.Generation} {s.Reason}"));
}
