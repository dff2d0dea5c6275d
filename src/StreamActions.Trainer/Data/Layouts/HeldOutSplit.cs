// Which clips are held out where no list says so: a matter of seed and name alone.
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace StreamActions.Trainer.Data.Layouts;

/// <summary>The seeded split. A clip's part does not depend on the other clips: adding some never moves one.</summary>
internal static class HeldOutSplit
{
    /// <summary>A number in [0, 1), even over names.</summary>
    public static double Place(ulong seed, string name)
    {
        var text = new byte[8 + Encoding.UTF8.GetByteCount(name)];
        BinaryPrimitives.WriteUInt64LittleEndian(text, seed);
        Encoding.UTF8.GetBytes(name, text.AsSpan(8));
        return (BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(text)) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Whether a clip is held out.</summary>
    /// <param name="seed">Another seed, another split.</param>
    /// <param name="name">The clip's name.</param>
    /// <param name="share">Share of clips that is held out.</param>
    public static bool IsHeldOut(ulong seed, string name, double share) => Place(seed, name) < share;
}
