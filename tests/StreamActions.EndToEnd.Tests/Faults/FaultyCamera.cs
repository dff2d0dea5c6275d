// One camera with a fault: waits for its states and checks them.
using System.Globalization;
using StreamActions.TestKit.Fleet;
using StreamActions.Worker.Cameras;

namespace StreamActions.EndToEnd.Tests.Faults;

/// <summary>A camera of the fleet, as the script of its fault uses it.</summary>
internal sealed class FaultyCamera(string name, ObservedFleet fleet, Action<string> print)
{
    // Long enough for a busy machine. The script prints the measured times.
    private static readonly TimeSpan LiveWithin = TimeSpan.FromSeconds(35), NoticedWithin = TimeSpan.FromSeconds(30);

    /// <summary>Its frames and the course of its states.</summary>
    public ObservedCamera Seen => fleet.Cameras[name];

    /// <summary>Its state now.</summary>
    public CameraStatus Status => fleet.Status(name);

    /// <summary>Waits until the camera has been in a state for a reason.</summary>
    /// <param name="state">The state.</param>
    /// <param name="reason">Part of the reason.</param>
    /// <param name="after">Awaited before the wait; causes the change of state.</param>
    public async Task BecomesAsync(CameraState state, string reason, Func<Task>? after = null)
    {
        // Search the course of states: the state may be over before the next check.
        var from = Math.Max(0, Seen.Course.Count - 1);
        await (after?.Invoke() ?? Task.CompletedTask);
        var took = await ObservedFleet.UntilAsync(
            () => Seen.Course.Skip(from).Any(s => s.State == state && s.Reason.Contains(reason, StringComparison.Ordinal)), NoticedWithin);
        Assert.True(took is not null, $"{name} was never {state} because '{reason}'; it was: {Course}");
        var seen = Seen.Course.Skip(from).First(s => s.State == state && s.Reason.Contains(reason, StringComparison.Ordinal));
        var lower = state.ToString().ToLowerInvariant();
        print(string.Create(CultureInfo.InvariantCulture, $"{name}: {lower} after {took.Value.TotalSeconds:f1} s: {seen.Reason}"));
    }

    /// <summary>Waits until the camera is live by an opening after <paramref name="afterGeneration"/>, and new frames arrive.</summary>
    public async Task IsLiveAgainAsync(int afterGeneration)
    {
        var frames = Seen.Frames;
        var took = await ObservedFleet.UntilAsync(
            () => Status.State == CameraState.Live && Status.Generation > afterGeneration && Seen.Frames > frames, LiveWithin);
        Assert.True(took is not null, $"{name} was not live again within {LiveWithin.TotalSeconds:f0} s; it was: {Course}");
        print(string.Create(CultureInfo.InvariantCulture, $"{name}: live again after {took.Value.TotalSeconds:f1} s"));
    }

    /// <summary>Checks that frames arrive for some time without a new opening.</summary>
    public async Task StaysLiveAsync(TimeSpan duration)
    {
        var (generation, frames) = (Status.Generation, Seen.Frames);
        await Task.Delay(duration);
        Assert.True(Status.State == CameraState.Live && Status.Generation == generation, $"{name} did not stay live: {Course}");
        var arrived = Seen.Frames - frames;
        Assert.True(arrived >= 2 * duration.TotalSeconds, $"{name} gave {arrived} frames in {duration.TotalSeconds:f0} s");
    }

    private string Course => string.Join(" → ", Seen.Course.Select(s => $"{s.State} {s.Generation} {s.Reason}"));
}
