// All camera faults at once, in one fleet, with real servers, real readers and broken connections.
using System.Globalization;
using StreamActions.Worker.Cameras;

namespace StreamActions.EndToEnd.Tests.Faults;

/// <summary>Runs alone, after all other tests: the tests count the handles, threads and children of this process.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class FaultsAlone;

[Collection<FaultsAlone>]
public sealed class CameraFaultTests(FaultRun run, ITestOutputHelper output) : IClassFixture<FaultRun>
{
    public static TheoryData<string> Faults => [.. FaultScripts.All.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public void Camera_Fault_ReportsStateAndReasonAndIsLiveAgain(string fault)
    {
        var (printed, failure) = run.OutcomeOf(fault);
        output.WriteLine(printed);
        Assert.True(failure is null, failure?.ToString());
    }

    [Fact]
    public void HealthyCameras_AllFaultsAtOnce_LoseNoFrames() => Assert.All(run.HealthyCameras, camera =>
    {
        var (frames, course) = camera.Value;
        var line = string.Create(CultureInfo.InvariantCulture, $"{camera.Key}: {frames} frames in {run.Duration.TotalSeconds:f1} s");
        output.WriteLine(line);
        // Four frames per second. On a busy machine some may be late.
        Assert.True(frames >= 4 * run.Duration.TotalSeconds * 0.9, line);
        Assert.Equal(
            [(CameraState.Connecting, 1), (CameraState.Live, 1)],
            course.Select(s => (s.State, s.Generation)).SkipWhile(s => s.Generation == 0));
    });

    [Fact]
    public void Fleet_AllCamerasFail_OpensNoMoreThanItsSlotsAtOnce()
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"at most {run.MostOpenedAtOnce} openings at once"));
        Assert.InRange(run.MostOpenedAtOnce, 1, 8);
    }

    [Fact]
    public void Fleet_AfterAllFaults_LeaksNoHandlesThreadsOrReaders()
    {
        output.WriteLine($"before: {run.Before}\nafter: {run.After}\nstopped: {run.Stopped}");
        Assert.True(run.IsSettled(run.After), $"before: {run.Before}, after: {run.After}");
    }

    [Fact]
    public void Fleet_Stopped_LeavesNoReader() => Assert.Empty(run.Stopped.Readers);
}
