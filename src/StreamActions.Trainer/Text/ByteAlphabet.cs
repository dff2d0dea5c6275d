// The printable characters that stand for bytes in CLIP's vocabulary files.
namespace StreamActions.Trainer.Text;

/// <summary>One printable character for each of the 256 bytes: printable Latin-1 stands for itself, the rest follow from U+0100.</summary>
internal static class ByteAlphabet
{
    /// <summary>The character of each byte.</summary>
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
