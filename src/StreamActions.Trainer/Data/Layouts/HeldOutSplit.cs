// Chooses the held-out clips when no list names them, by seed and clip name only.
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace StreamActions.Trainer.Data.Layouts;

/// <summary>The seeded split. A clip's part does not depend on other clips, so adding clips never moves one.</summary>
internal static class HeldOutSplit
{
    /// <summary>A hash of seed and name, uniform in [0, 1).</summary>
    public static double Place(ulong seed, string name)
    {
        var text = new byte[8 + Encoding.UTF8.GetByteCount(name)];
        BinaryPrimitives.WriteUInt64LittleEndian(text, seed);
        Encoding.UTF8.GetBytes(name, text.AsSpan(8));
        return (BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(text)) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>True when a clip is held out.</summary>
    /// <param name="seed">Seed of the split.</param>
    /// <param name="name">The clip's name.</param>
    /// <param name="share">Share of clips to hold out, in (0, 1).</param>
    public static bool IsHeldOut(ulong seed, string name, double share) => Place(seed, name) < share;
}
