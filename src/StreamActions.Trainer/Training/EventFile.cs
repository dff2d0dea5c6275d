// Writes TensorBoard event files: a sequence of records with length and checksums.
using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;
using Tensorboard;

namespace StreamActions.Trainer.Training;

/// <summary>
/// Writes records in TFRecord format: length (uint64), checksum of the length, event, checksum of the event, all little-endian. Each record
/// is one unbuffered write, so that a killed run loses none.
/// </summary>
internal sealed class EventFile : IDisposable
{
    private readonly FileStream _file;

    /// <summary>Creates the file, which must not exist.</summary>
    public EventFile(string path) => _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);

    /// <summary>Adds a record.</summary>
    public void Write(Event record)
    {
        var content = record.ToByteArray();
        var size = content.Length;
        var bytes = new byte[size + 16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)size);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Masked(bytes.AsSpan(0, 8)));
        content.CopyTo(bytes, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12 + size), Masked(content));
        _file.Write(bytes);
    }

    // The "masked" CRC-32C of the TFRecord format: rotated and offset, because a CRC over data that contains CRCs is weak.
    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }

    public void Dispose() => _file.Dispose();
}
