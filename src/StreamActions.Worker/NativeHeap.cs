// The C library's allocator, told not to spread, and to give back.
using System.Runtime.InteropServices;

namespace StreamActions.Worker;

/// <summary>
/// Native libraries and the just-in-time compiler allocate through glibc, which gives threads heaps of their own ("arenas"), eight a core, and seldom gives back
/// what they once held. A worker's threads come and go with its cameras' openings: its memory would grow for hours, until every arena has been everybody's.
/// </summary>
internal static partial class NativeHeap
{
    private const int ArenaMax = -8;   // M_ARENA_MAX of <malloc.h>

    /// <summary>Lets there be no more arenas than this. To be called first of all: those that are there stay. Without glibc it does nothing.</summary>
    /// <returns>False when the allocator is another one.</returns>
    public static bool Limit(int arenas = 2) => Call(() => mallopt(ArenaMax, arenas));

    /// <summary>Gives free pages back to the system. Takes milliseconds: for when something large is over, such as an opening of a camera.</summary>
    /// <returns>False when there were none, or the allocator is another one.</returns>
    public static bool GiveBack() => Call(() => malloc_trim(0));

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
