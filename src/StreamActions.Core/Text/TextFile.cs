// Reads text files: strict UTF-8, so that a file in another encoding is refused instead of garbled.
using System.Text;
using System.Text.Unicode;

namespace StreamActions.Core.Text;

/// <summary>Reads the text files of operators and trainers. Every text file that these programs read goes through this class.</summary>
public static class TextFile
{
    /// <summary>What to do about a file in another encoding.</summary>
    public const string Advice = "save the file as UTF-8";

    /// <summary>The text of a file, without a byte order mark.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="TextEncodingException">A byte is not UTF-8.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to read it.</exception>
    public static string Read(string path) => Decode(File.ReadAllBytes(path), path);

    /// <summary>The lines of a file, without line breaks.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="TextEncodingException">A byte is not UTF-8.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to read it.</exception>
    public static IReadOnlyList<string> Lines(string path)
    {
        using StringReader reader = new(Read(path));
        List<string> lines = [];
        while (reader.ReadLine() is { } line)
            lines.Add(line);
        return lines;
    }

    /// <summary>The text of a file's bytes, without a byte order mark.</summary>
    /// <param name="bytes">The content.</param>
    /// <param name="path">The file's name in the error.</param>
    /// <exception cref="TextEncodingException">A byte is not UTF-8.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        var text = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        Utf8.ToUtf16(bytes, text, out var read, out var written, replaceInvalidSequences: false);
        if (read == bytes.Length)
            return new string(text, 0, written);
        var (line, column) = PlaceAfter(text.AsSpan(0, written));
        throw new TextEncodingException(path, line, column, bytes[read]);
    }

    // Line breaks are those of StringReader and YAML: \n, \r\n and \r.
    private static (int Line, int Column) PlaceAfter(ReadOnlySpan<char> text)
    {
        var (line, column) = (1, 1);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] is '\n' || text[at] is '\r' && (at + 1 == text.Length || text[at + 1] != '\n'))
                (line, column) = (line + 1, 1);
            else if (text[at] is not '\r')
                column++;
        }
        return (line, column);
    }
}

/// <summary>A text file is not UTF-8. The message has the place and the byte, and no text of the file.</summary>
public sealed class TextEncodingException : IOException
{
    /// <inheritdoc cref="TextEncodingException"/>
    /// <param name="path">The file.</param>
    /// <param name="line">Line of the first byte that is not UTF-8, from 1.</param>
    /// <param name="column">Its column in UTF-16 units, from 1.</param>
    /// <param name="value">That byte.</param>
    public TextEncodingException(string path, int line, int column, byte value)
        : base($"{path}:{line}:{column}: the byte 0x{value:X2} is not UTF-8; {TextFile.Advice}") =>
        (Line, Column, Value) = (line, column, value);

    /// <summary>Line of the first byte that is not UTF-8, from 1.</summary>
    public int Line { get; }

    /// <summary>Column of that byte, from 1.</summary>
    public int Column { get; }

    /// <summary>The byte.</summary>
    public byte Value { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string What => $"the byte 0x{Value:X2} is not UTF-8";
}
