// What a path names: the kind of a file, and its identity. .NET tells neither.
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace StreamActions.Core;

/// <summary>What a path names.</summary>
public enum FileKind
{
    /// <summary>Nothing, or something that this process may not see.</summary>
    Missing,

    /// <summary>A regular file.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A pipe, socket or device.</summary>
    Other,
}

/// <summary>A file independent of its name: another file of the same name has another identity.</summary>
/// <param name="Device">The file system.</param>
/// <param name="Number">The number of the file in it (inode).</param>
public readonly record struct FileIdentity(ulong Device, ulong Number);

/// <summary>Finds the kind of a file.</summary>
public static partial class FileKinds
{
    // See statx(2). The layout is the same on all architectures.
    private const int CurrentFolder = -100, Size = 256, ModeAt = 28, NumberAt = 32, DeviceAt = 136;
    private const uint TypeWanted = 1, NumberWanted = 0x100;
    private const int TypeMask = 0xF000, RegularType = 0x8000, FolderType = 0x4000;

    /// <summary>The kind of a file. Links are followed. Nothing is opened.</summary>
    public static unsafe FileKind Of(string path)
    {
        var facts = stackalloc byte[Size];
        if (statx(CurrentFolder, path, 0, TypeWanted, facts) != 0)
            return FileKind.Missing;
        return (BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(facts + ModeAt, 2)) & TypeMask) switch
        {
            RegularType => FileKind.Regular,
            FolderType => FileKind.Folder,
            _ => FileKind.Other,
        };
    }

    /// <summary>The identity of the file that a path names now; null if it names none. Links are followed.</summary>
    public static unsafe FileIdentity? IdentityOf(string path)
    {
        var facts = stackalloc byte[Size];
        if (statx(CurrentFolder, path, 0, NumberWanted, facts) != 0)
            return null;
        ReadOnlySpan<byte> all = new(facts, Size);
        return new(BinaryPrimitives.ReadUInt64LittleEndian(all[DeviceAt..]), BinaryPrimitives.ReadUInt64LittleEndian(all[NumberAt..]));
    }

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int folder, string path, int flags, uint mask, byte* facts);
}
