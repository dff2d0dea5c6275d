// Everything that can happen to cameras happens to one fleet at once: real servers, real readers, real broken connections.
using System.Globalization;
using StreamActions.Worker.Cameras;

namespace StreamActions.EndToEnd.Tests.Faults;

/// <summary>Alone, after all other tests: it counts this process's handles, threads and children.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class FaultsAlone;

[Collection<FaultsAlone>]
public sealed class CameraFaultTests(FaultRun run, ITestOutputHelper output) : IClassFixture<FaultRun>
{
    public static TheoryData<string> Faults => [.. FaultScripts.All.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public void Camera_Fault_HasTheRightStateAndReasonAndIsLiveAgain(string fault)
    {
        var (printed, failure) = run.OutcomeOf(fault);
        output.WriteLine(printed);
        Assert.True(failure is null, failure?.ToString());
    }

    [Fact]
    public void Bystanders_AllFaultsAtOnce_LoseNothing() => Assert.All(run.Bystanders, bystander =>
    {
        var (frames, course) = bystander.Value;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bystander.Key}: {frames} frames in {run.Lasted.TotalSeconds:f1} s"));
        // Four a second; a busy machine may be late with some.
        Assert.True(frames >= 4 * run.Lasted.TotalSeconds * 0.9, $"{bystander.Key} gave {frames} frames in {run.Lasted.TotalSeconds:f1} s");
        Assert.Equal([(CameraState.Connecting, 1), (CameraState.Live, 1)], course.Select(s => (s.State, s.Generation)).SkipWhile(s => s.Generation == 0));
    });

    [Fact]
    public void Fleet_AllCamerasFailing_OpensNoMoreThanItsPlacesAtOnce()
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"at most {run.MostOpenedAtOnce} openings at once"));
        Assert.InRange(run.MostOpenedAtOnce, 1, 8);
    }

    [Fact]
    public void Fleet_AfterAllFaults_HoldsWhatItHeldBefore()
    {
        output.WriteLine($"before: {run.Before}\nafter: {run.After}\nstopped: {run.Stopped}");
        Assert.True(run.Settled(run.After), $"before: {run.Before}, after: {run.After}");
    }

    [Fact]
    public void Fleet_Stopped_LeavesNoReader() => Assert.Empty(run.Stopped.Readers);
}
