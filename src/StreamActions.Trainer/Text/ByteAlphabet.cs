// The printable characters that represent bytes in CLIP's vocabulary files.
namespace StreamActions.Trainer.Text;

/// <summary>A printable character for each byte: printable Latin-1 represents itself, the others use U+0100 and up.</summary>
internal static class ByteAlphabet
{
    /// <summary>The character of each of the 256 bytes.</summary>
    public static IReadOnlyList<char> Characters { get; } = Make();

    private static char[] Make()
    {
        var characters = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
            characters[b] = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : (char)next++;
        return characters;
    }
}
