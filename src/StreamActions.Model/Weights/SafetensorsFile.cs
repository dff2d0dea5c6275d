// The safetensors format: eight bytes of header length, a JSON header, raw little-endian numbers.
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace StreamActions.Model.Weights;

/// <summary>
/// Reads and writes safetensors files. <see cref="Read"/> converts every number type (F32, F16, BF16, F64, I64, I32, U8) to float;
/// <see cref="ReadInt64"/> reads 64-bit ids exactly.
/// </summary>
public sealed class SafetensorsFile
{
    private const int MaxHeader = 100_000_000;   // the format's own limit
    private readonly byte[] _bytes;
    private readonly Dictionary<string, Entry> _entries;

    private SafetensorsFile(string path, byte[] bytes, Dictionary<string, Entry> entries, Dictionary<string, string> metadata) =>
        (Path, _bytes, _entries, Metadata) = (path, bytes, entries, metadata);

    private readonly record struct Entry(string Type, long[] Shape, int Start, int Length);

    /// <summary>Path of the file.</summary>
    public string Path { get; }

    /// <summary>The metadata of the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The names of the tensors.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="CheckpointException">Not a safetensors file, or truncated. The message names the file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < 8)
            throw new CheckpointException($"{path}: too short for a safetensors file");
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (headerLength > MaxHeader || headerLength > (ulong)(bytes.Length - 8))
            throw new CheckpointException($"{path}: not a safetensors file, or truncated");
        var data = 8 + (int)headerLength;
        try
        {
            using var header = JsonDocument.Parse(bytes.AsMemory(8, (int)headerLength));
            var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in header.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                {
                    foreach (var item in property.Value.EnumerateObject())
                        metadata[item.Name] = item.Value.GetString() ?? "";
                    continue;
                }
                var type = property.Value.GetProperty("dtype").GetString()!;
                long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(e => e.GetInt64())];
                var offsets = property.Value.GetProperty("data_offsets");
                long start = offsets[0].GetInt64(), end = offsets[1].GetInt64();
                var expected = shape.Aggregate(1L, (a, b) => checked(a * b)) * SizeOf(type, property.Name, path);
                if (start < 0 || end < start || end > bytes.Length - data || end - start != expected)
                    throw new CheckpointException($"{path}: tensor {property.Name} does not fit its shape, or the file is truncated");
                entries[property.Name] = new(type, shape, data + (int)start, (int)(end - start));
            }
            return new(path, bytes, entries, metadata);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or OverflowException
            or IndexOutOfRangeException)
        {
            throw new CheckpointException($"{path}: its safetensors header is not readable ({e.Message})", e);
        }
    }

    /// <summary>One tensor as floats.</summary>
    /// <exception cref="KeyNotFoundException">No tensor of that name.</exception>
    public TensorData Read(string name)
    {
        var entry = Find(name);
        var raw = _bytes.AsSpan(entry.Start, entry.Length);
        var values = entry.Type switch
        {
            "F32" => MemoryMarshal.Cast<byte, float>(raw).ToArray(),
            "F64" => Convert<double>(raw, v => (float)v),
            "F16" => Convert<Half>(raw, v => (float)v),
            "BF16" => Convert<ushort>(raw, v => BitConverter.UInt32BitsToSingle((uint)v << 16)),
            "I64" => Convert<long>(raw, v => v),
            "I32" => Convert<int>(raw, v => v),
            _ => Convert<byte>(raw, v => v),
        };
        return new(entry.Shape, values);
    }

    /// <summary>One tensor of 64-bit integers.</summary>
    /// <exception cref="KeyNotFoundException">No tensor of that name.</exception>
    /// <exception cref="CheckpointException">The tensor has another type.</exception>
    public (long[] Shape, long[] Values) ReadInt64(string name)
    {
        var entry = Find(name);
        return entry.Type == "I64"
            ? (entry.Shape, MemoryMarshal.Cast<byte, long>(_bytes.AsSpan(entry.Start, entry.Length)).ToArray())
            : throw new CheckpointException($"{Path}: tensor {name} is {entry.Type}, not I64");
    }

    /// <summary>Every tensor as floats.</summary>
    public Dictionary<string, TensorData> ReadAll() => _entries.Keys.ToDictionary(n => n, Read, StringComparer.Ordinal);

    /// <summary>Writes tensors as F32. It writes a temporary file first, so that the file is complete or absent.</summary>
    public static void Write(
        string path, IReadOnlyDictionary<string, TensorData> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (var (name, tensor) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Values.Length * sizeof(float));
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (header.Length % 8 != 0)
            header.WriteByte((byte)' ');
        var temporary = path + ".tmp";
        using (var file = File.Create(temporary))
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            file.Write(length);
            header.WriteTo(file);
            foreach (var tensor in tensors.Values)
                file.Write(MemoryMarshal.AsBytes(tensor.Values.AsSpan()));
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    private Entry Find(string name) =>
        _entries.TryGetValue(name, out var entry) ? entry : throw new KeyNotFoundException($"{Path}: no tensor {name}");

    private static float[] Convert<TFrom>(ReadOnlySpan<byte> raw, Func<TFrom, float> convert) where TFrom : unmanaged
    {
        var from = MemoryMarshal.Cast<byte, TFrom>(raw);
        var values = new float[from.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = convert(from[i]);
        return values;
    }

    private static int SizeOf(string type, string name, string path) => type switch
    {
        "F32" or "I32" => 4,
        "F64" or "I64" => 8,
        "F16" or "BF16" => 2,
        "U8" or "BOOL" => 1,
        _ => throw new CheckpointException($"{path}: tensor {name} has type {type}, which is not supported"),
    };
}
