// Both readers refuse the same files: playlists, pictures, pipes.
using System.Diagnostics;
using StreamActions.TestKit;

namespace StreamActions.Video.Tests;

public sealed class RecordingAdmissionTests(Recordings recordings) : IClassFixture<Recordings>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<bool, string> ReadersAndFiles
    {
        get
        {
            TheoryData<bool, string> data = [];
            foreach (var file in (string[])["list.m3u8", "list.mp4", "a.gif", "a.jpg", "a.png", "a.bmp", "script.ffconcat", "a.sdp"])
            {
                data.Add(true, file);
                data.Add(false, file);
            }
            return data;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(ReadersAndFiles))]
    public async Task ReadAsync_NoRecording_IsRefusedByBothReaders(bool openCv, string name)
    {
        var path = _folder.File(name);
        if (name.StartsWith("list", StringComparison.Ordinal))
            File.Copy(recordings.Playlist, path);
        else if (name.EndsWith("ffconcat", StringComparison.Ordinal))
            File.WriteAllText(path, $"ffconcat version 1.0\nfile '{recordings.Moving}'\n");
        else if (name.EndsWith("sdp", StringComparison.Ordinal))
            File.WriteAllText(path, "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n");
        else
            await ConvertAsync(recordings.Moving, path);

        var e = await FailureAsync(openCv, path);

        Assert.Equal(SourceFailure.Unsupported, e.Failure);
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
    }

    /// <summary>Opening a pipe would wait for its writer.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_NamedPipe_IsRefusedWithoutOpening(bool openCv)
    {
        await RunAsync("mkfifo", _folder.File("pipe.mp4"));

        var e = await FailureAsync(openCv, _folder.File("pipe.mp4"));

        Assert.Equal(SourceFailure.Unsupported, e.Failure);
        Assert.EndsWith("pipe.mp4: a pipe, socket or device is not a recording; name a regular file", e.Message, StringComparison.Ordinal);
    }

    /// <summary>The message names the pipe, not the folder, and the other files are read.</summary>
    [Fact]
    public async Task ReadAsync_NamedPipeInFolder_IsReportedByName()
    {
        await RunAsync("mkfifo", _folder.File("a.mp4"));
        File.Copy(recordings.Moving, _folder.File("b.mp4"));
        List<string> reported = [];
        var options = Recordings.Fast(_folder.Path) with { OnDegraded = (_, what) => reported.Add(what) };

        Assert.Equal(12, (await Recordings.ByFfmpegAsync(options)).Count);
        Assert.StartsWith($"{_folder.File("a.mp4")}: a pipe", Assert.Single(reported), StringComparison.Ordinal);
    }

    /// <summary>A file of a folder that sends nothing is named.</summary>
    [Fact]
    public async Task ReadAsync_SilentFileInFolder_IsNamed()
    {
        File.Copy(recordings.Moving, _folder.File("slow.mp4"));
        var reader = _folder.File("reader");
        File.WriteAllText(reader, "#!/bin/sh\nexec sleep 1000\n");
        await RunAsync("chmod", "+x", reader);
        var options = Recordings.Fast(_folder.Path) with
        {
            Reader = reader,
            Deadlines = Recordings.Patient with { Start = TimeSpan.FromMilliseconds(300) },
        };

        var e = await Assert.ThrowsAsync<SourceException>(() => Recordings.ByFfmpegAsync(options));

        Assert.Equal(SourceFailure.TimedOut, e.Failure);
        Assert.StartsWith($"{_folder.File("slow.mp4")}: no first frame", e.Message, StringComparison.Ordinal);
    }

    private static async Task<SourceException> FailureAsync(bool openCv, string path) =>
        await Assert.ThrowsAsync<SourceException>(() => openCv
            ? Recordings.ByOpenCvAsync(Recordings.Fast(path))
            : Recordings.ByFfmpegAsync(Recordings.Fast(path)));

    private static Task ConvertAsync(string recording, string picture) =>
        RunAsync("ffmpeg", "-v", "error", "-nostdin", "-y", "-i", recording, "-frames:v", picture.EndsWith("gif", StringComparison.Ordinal)
            ? "12"
            : "1", picture);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
