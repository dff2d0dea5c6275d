// Keeps the embeddings of phrases on disk, so that a restart does not embed them again: one file per model.
using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace StreamActions.Worker.Alerts;

/// <summary>
/// Files of embeddings by model and phrase. A file that is damaged, of another model or of another format counts as empty and is replaced.
/// A file that cannot be read or written is logged and costs time only. Bounded: <see cref="MostPhrases"/> in a file, and
/// <see cref="MostFiles"/> files, of which the oldest is deleted.
/// </summary>
/// <param name="folder">The folder of the files; created when needed.</param>
/// <param name="logger">Logs files that cannot be used.</param>
internal sealed partial class PhraseCache(string folder, ILogger logger)
{
    /// <summary>Most phrases in a file; 20 MB for a model of width 512.</summary>
    public const int MostPhrases = 10_000;

    /// <summary>Most files in the folder.</summary>
    public const int MostFiles = 4;

    // Format, version, model, width and number of phrases; then each phrase with its embedding; then a hash of all bytes before it.
    private const uint Format = 0x31504153;
    private const int HashBytes = 32, HeaderBytes = 4 + HashBytes + 4 + 4;
    private const string Pattern = "*.phrases";

    // A larger file was not written by this class.
    private const long MostBytes = 512L << 20;

    // Embeddings have unit length. Anything else was not written by this class.
    private const float LengthError = 1e-2f;

    /// <summary>The cache beside an event store.</summary>
    /// <param name="store">Path of the store's file.</param>
    /// <param name="logger">Logs files that cannot be used.</param>
    public static PhraseCache Beside(string store, ILogger logger) =>
        new(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(store))!, "phrases"), logger);

    /// <summary>The embeddings of a model by phrase; empty when there is no usable file.</summary>
    /// <param name="model">SHA-256 of the bundle, in hex. It covers the prompt.</param>
    /// <param name="width">Width of the model's embeddings.</param>
    public Dictionary<string, float[]> Read(string model, int width)
    {
        var path = PathOf(model);
        try
        {
            var file = new FileInfo(path);
            var usable = file.Exists && file.Length <= MostBytes;
            return (usable ? Parse(File.ReadAllBytes(path), model, width) : null) ?? new(StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnusable(path, e.Message);
            return new(StringComparer.Ordinal);
        }
    }

    /// <summary>Replaces the file of a model as a whole.</summary>
    /// <param name="model">SHA-256 of the bundle, in hex.</param>
    /// <param name="width">Width of the model's embeddings.</param>
    /// <param name="phrases">The phrases, the most important first. Those above <see cref="MostPhrases"/> are left out.</param>
    /// <param name="embeddings">The embedding of each of them.</param>
    public void Write(string model, int width, IEnumerable<string> phrases, IReadOnlyDictionary<string, float[]> embeddings)
    {
        var path = PathOf(model);
        // Another worker may write the same file. The name is unique, and the move replaces the file at once.
        var written = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(written, Bytes(model, width, [.. phrases.Take(MostPhrases)], embeddings));
            File.Move(written, path, overwrite: true);
            var files = new DirectoryInfo(folder).EnumerateFiles(Pattern);
            foreach (var old in files.OrderByDescending(file => file.LastWriteTimeUtc).Skip(MostFiles))
                old.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnusable(path, e.Message);
            TryDelete(written);
        }
    }

    private string PathOf(string model) => Path.Combine(folder, $"{model[..16]}.phrases");

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start does not read it, and the folder may be read-only.
        }
    }

    private static byte[] Bytes(string model, int width, string[] phrases, IReadOnlyDictionary<string, float[]> embeddings)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write(Format);
        writer.Write(Convert.FromHexString(model));
        writer.Write(width);
        writer.Write(phrases.Length);
        foreach (var phrase in phrases)
        {
            var text = Encoding.UTF8.GetBytes(phrase);
            writer.Write(text.Length);
            writer.Write(text);
            foreach (var value in embeddings[phrase])
                writer.Write(value);
        }
        writer.Write(SHA256.HashData(stream.ToArray()));
        return stream.ToArray();
    }

    // Null when the file is damaged or foreign. The hash proves that all lengths in it are as they were written.
    private static Dictionary<string, float[]>? Parse(ReadOnlySpan<byte> file, string model, int width)
    {
        if (file.Length < HeaderBytes + HashBytes || !SHA256.HashData(file[..^HashBytes]).AsSpan().SequenceEqual(file[^HashBytes..])
            || BinaryPrimitives.ReadUInt32LittleEndian(file) != Format
            || !file.Slice(4, HashBytes).SequenceEqual(Convert.FromHexString(model))
            || BinaryPrimitives.ReadInt32LittleEndian(file[(4 + HashBytes)..]) != width)
            return null;
        var count = BinaryPrimitives.ReadInt32LittleEndian(file[(8 + HashBytes)..]);
        var rest = file[HeaderBytes..^HashBytes];
        Dictionary<string, float[]> phrases = new(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var length = rest.Length < 4 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(rest);
            if (length < 0 || rest.Length - 4 - 4L * width < length)
                return null;
            var embedding = MemoryMarshal.Cast<byte, float>(rest.Slice(4 + length, 4 * width)).ToArray();
            // NaN fails the comparison too.
            if (!(Math.Abs(TensorPrimitives.SumOfSquares(embedding) - 1) <= LengthError))
                return null;
            phrases[Encoding.UTF8.GetString(rest.Slice(4, length))] = embedding;
            rest = rest[(4 + length + 4 * width)..];
        }
        return rest.IsEmpty ? phrases : null;
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Embeddings of phrases cannot be kept in {Path}: {Reason}. The worker embeds all phrases at each start")]
    private partial void LogUnusable(string path, string reason);
}
