// The TensorBoard log, read back in TensorBoard's record format.
using System.Buffers.Binary;
using Microsoft.Extensions.Time.Testing;
using StreamActions.TestKit;
using StreamActions.Trainer.Training;
using Tensorboard;

namespace StreamActions.Trainer.Tests.Training;

public sealed class TensorBoardLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_250));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Scalar_Values_RoundTripWithStepTimeAndTag()
    {
        using (var log = new TensorBoardLog(_folder.File("log"), stepsDone: 0, _time))
        {
            log.Scalar("loss/total", 0.1, 1);
            _time.Advance(TimeSpan.FromSeconds(1.5));
            log.Scalar("loss/total", double.NaN, 1L << 40);
        }
        var events = Read(Assert.Single(Files()));
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        Assert.All(events[..2], e => Assert.Equal(1_700_000_000.25, e.WallTime));
        Assert.Equal(("loss/total", 0.1f, 1L), Scalar(events[1]));
        Assert.Equal(("loss/total", float.NaN, 1L << 40), Scalar(events[2]));
        Assert.Equal(1_700_000_001.75, events[2].WallTime);
        Assert.Equal(3, events.Count);
    }

    [Fact]
    public void Scalar_OpenLog_IsAlreadyOnDisk()
    {
        using var log = new TensorBoardLog(_folder.File("log"), stepsDone: 0, _time);
        log.Scalar("rate", 1e-3, 7);
        Assert.Equal(("rate", 1e-3f, 7L), Scalar(Read(Assert.Single(Files()))[1]));
    }

    [Fact]
    public void TensorBoardLog_ResumedRun_StartsNewFileAndDropsLaterSteps()
    {
        using (var killed = new TensorBoardLog(_folder.File("log"), stepsDone: 0, _time))
            killed.Scalar("loss/total", 3, 120);
        using (var resumed = new TensorBoardLog(_folder.File("log"), stepsDone: 100, _time))
            resumed.Scalar("loss/total", 2, 101);
        Assert.Equal(2, Files().Length);
        var events = Read(Files().Order(StringComparer.Ordinal).Last());
        // A session start makes TensorBoard drop earlier values of this step and of later steps.
        Assert.Equal((SessionLog.Types.SessionStatus.Start, 101L), (events[1].SessionLog.Status, events[1].Step));
        Assert.Equal(("loss/total", 2f, 101L), Scalar(events[2]));
    }

    private string[] Files() => Directory.GetFiles(_folder.File("log"), "events.out.tfevents.*");

    private static (string, float, long) Scalar(Event e) => (Assert.Single(e.Summary.Value).Tag, e.Summary.Value[0].SimpleValue, e.Step);

    private static List<Event> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        List<Event> events = [];
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
            Assert.Equal(MaskedCrc(bytes.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            Assert.Equal(MaskedCrc(bytes.AsSpan(at + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            events.Add(Event.Parser.ParseFrom(bytes, at + 12, length));
            at += 16 + length;
        }
        return events;
    }

    [Fact]
    public void MaskedCrc_CheckString_MatchesPublishedValue() =>
        // The published check value of CRC-32C is 0xE3069283; the mask is ((crc >> 15) | (crc << 17)) + 0xA282EAD8.
        Assert.Equal(unchecked(((0xE3069283 >> 15) | (0xE3069283 << 17)) + 0xA282EAD8), MaskedCrc("123456789"u8));

    // Bitwise from the reversed polynomial: independent of the processor instruction that the log uses.
    private static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
        }
        crc = ~crc;
        return unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8);
    }
}
