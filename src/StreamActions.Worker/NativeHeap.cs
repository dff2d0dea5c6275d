// Limits the memory that the C library's allocator holds.
using System.Runtime.InteropServices;

namespace StreamActions.Worker;

/// <summary>
/// Native libraries and the just-in-time compiler allocate through glibc. By default glibc creates up to eight heaps ("arenas") per core
/// for the threads and rarely returns free memory to the system. The worker starts new threads whenever a camera reconnects. Without a
/// limit its memory grows for hours, until every arena has served every kind of thread.
/// </summary>
internal static partial class NativeHeap
{
    private const int ArenaMax = -8;   // M_ARENA_MAX of <malloc.h>

    /// <summary>Limits the number of arenas. Call it first in the process, because existing arenas stay.</summary>
    /// <returns>False without glibc, or when glibc rejects the value.</returns>
    public static bool LimitArenas(int arenas = 2) => Call(() => mallopt(ArenaMax, arenas));

    /// <summary>Returns free pages to the system. Takes milliseconds: call it only after large releases, such as a closed reader.</summary>
    /// <returns>False without glibc, or when there were no free pages.</returns>
    public static bool ReleaseFreePages() => Call(() => malloc_trim(0));

    private static bool Call(Func<int> function)
    {
        try
        {
            return function() == 1;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc.so.6")]
    private static partial int mallopt(int parameter, int value);

    [LibraryImport("libc.so.6")]
    private static partial int malloc_trim(nuint keep);
}
