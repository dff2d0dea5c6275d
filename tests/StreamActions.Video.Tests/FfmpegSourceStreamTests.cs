// Live streams from an RTSP server, read with ffmpeg, and their failures.
using System.Net;
using System.Net.Sockets;
using StreamActions.TestKit.Rtsp;

namespace StreamActions.Video.Tests;

public class FfmpegSourceStreamTests(Recordings recordings) : IClassFixture<Recordings>
{
    private const string Password = "s3:cr/t@#";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_Rtsp_FramesCarryTheirArrivalTime()
    {
        await using var server = await RtspServer.StartAsync("dock", recordings.Moving);
        var clock = new AskedTime();

        var frames = await Recordings.ReadAsync(Source(server.Url("dock"), time: clock), 8);

        Assert.Equal(8, frames.Count);
        Assert.All(frames, frame => Assert.Equal((320, 240), (frame.Width, frame.Height)));
        // From the injected clock: the stream's own timestamps are from another year.
        Assert.All(frames, frame => Assert.InRange(frame.CapturedAt, AskedTime.Start, clock.Last));
        // Each frame has its own arrival time.
        Assert.All(frames.Zip(frames.Skip(1)), pair => Assert.True(pair.First.CapturedAt < pair.Second.CapturedAt));
        Assert.True(frames.Select(frame => frame.Hash).Distinct().Count() > 4, "the picture does not change");
    }

    [Fact]
    public async Task ReadAsync_RtspOverUdp_FramesArrive()
    {
        await using var server = await RtspServer.StartAsync("dock", recordings.Moving);

        var source = Source(server.Url("dock"), options => options with { Transport = "udp" });
        Assert.Equal(3, (await Recordings.ReadAsync(source, 3)).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAsync_Password_IsNotInTheProcessList(bool digest)
    {
        await using var server = await ProtectedAsync(recordings.Moving, digest);
        await using var source = Source(server.Url("dock", "viewer", Password));

        await foreach (var frame in source.ReadAsync(Cancellation))
        {
            frame.Dispose();
            var shown = ProcessFacts.CommandLine(source.ReaderProcessId!.Value);
            Assert.Contains("ffmpeg", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("viewer", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("s3", shown, StringComparison.Ordinal);
            break;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAsync_WrongPassword_FailsAsUnauthorizedAndHidesCredentials(bool digest)
    {
        await using var server = await ProtectedAsync(recordings.Moving, digest);

        var exception = await FailsAsync(Source(server.Url("dock", "viewer", "wr0ng/pw")), SourceFailure.Unauthorized);

        Assert.StartsWith($"rtsp://***@127.0.0.1:{server.Port}/dock: ", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("viewer", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_NoSuchMount_IsNotFound()
    {
        await using var server = await RtspServer.StartAsync("dock", recordings.Moving);

        await FailsAsync(Source(server.Url("gate")), SourceFailure.NotFound);
    }

    [Fact]
    public async Task ReadAsync_NoServer_IsRefused() =>
        await FailsAsync(Source($"rtsp://127.0.0.1:{FreePort()}/dock"), SourceFailure.Refused);

    [Fact]
    public async Task ReadAsync_ServerNeverAnswers_TimesOut()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;

        var deadlines = Recordings.Patient with { Start = TimeSpan.FromSeconds(1) };
        var source = Source($"rtsp://127.0.0.1:{port}/dock", options => options with { Deadlines = deadlines });

        var exception = await FailsAsync(source, SourceFailure.TimedOut);

        Assert.Contains("no first frame within 1 s", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_ServerFreezes_TimesOut()
    {
        await using var server = await RtspServer.StartAsync("dock", recordings.Moving);
        var deadlines = Recordings.Patient with { Steady = TimeSpan.FromSeconds(1.5) };
        var source = Source(server.Url("dock"), options => options with { Deadlines = deadlines });

        var exception = await FailsAsync(source, SourceFailure.TimedOut, afterFrames: 3, then: server.Freeze);

        Assert.Contains("no frame for 1.5 s", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_ServerRestarts_EndsThenIsRefusedThenReads()
    {
        await using var server = await RtspServer.StartAsync("dock", recordings.Moving);

        await FailsAsync(Source(server.Url("dock")), SourceFailure.Ended, afterFrames: 3, then: server.Kill);
        await FailsAsync(Source(server.Url("dock")), SourceFailure.Refused);

        await using var again = await RtspServer.StartAsync("dock", recordings.Moving, server.Port);
        Assert.Equal(3, (await Recordings.ReadAsync(Source(server.Url("dock")), 3)).Count);
    }

    [Fact]
    public async Task ReadAsync_LiveResolutionChange_EachFrameHasItsOwnSize()
    {
        await using var server = await RtspServer.StartAsync("dock", recordings.Moving + "+" + recordings.Large);
        await using var source = Source(server.Url("dock"));

        var sizes = new HashSet<(int, int)>();
        await foreach (var frame in source.ReadAsync(Cancellation))
        {
            sizes.Add((frame.Width, frame.Height));
            frame.Dispose();
            if (sizes.Count == 2)
                break;
        }

        Assert.Equal([(320, 240), (640, 360)], sizes.Order());
    }

    [Fact]
    public async Task ReadAsync_SlowConsumer_DropsAndCountsOldestFrames()
    {
        await using var server = await RtspServer.StartAsync("dock", recordings.Moving);
        await using var source = Source(server.Url("dock"), options => options with { SampleFps = 15 });
        await using var frames = source.ReadAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await frames.MoveNextAsync());
        var first = frames.Current.Sequence;

        await ProcessFacts.UntilAsync(() => source.DroppedFrames >= 10, "fewer than 10 frames were dropped");
        Assert.True(await frames.MoveNextAsync());

        Assert.True(frames.Current.Sequence > first + 10, "the next frame is an old one");
    }

    private static FfmpegSource Source(string address, Func<SourceOptions, SourceOptions>? change = null, TimeProvider? time = null)
    {
        var options = new SourceOptions
        {
            Address = address,
            Kind = SourceKind.Stream,
            SampleFps = 4,
            Deadlines = Recordings.Patient,
        };
        return new FfmpegSource(change?.Invoke(options) ?? options, time ?? TimeProvider.System);
    }

    private static Task<RtspServer> ProtectedAsync(string recording, bool digest) => RtspServer.StartAsync(new RtspServerOptions
    {
        Mounts = new Dictionary<string, string> { ["dock"] = recording },
        User = "viewer",
        Password = Password,
        Digest = digest,
    });

    private static async Task<SourceException> FailsAsync(
        FfmpegSource source, SourceFailure failure, int afterFrames = 0, Action? then = null)
    {
        var count = 0;
        var exception = await Assert.ThrowsAsync<SourceException>(async () =>
        {
            await using (source)
            {
                await foreach (var frame in source.ReadAsync(Cancellation))
                {
                    frame.Dispose();
                    if (++count == afterFrames)
                        then?.Invoke();
                }
            }
        });
        Assert.True(count >= afterFrames);
        Assert.Equal(failure, exception.Failure);
        Assert.DoesNotContain('\n', exception.Message);
        return exception;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
