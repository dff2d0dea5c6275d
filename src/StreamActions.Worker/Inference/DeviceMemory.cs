// Memory that the model's device reads and writes: the CPU's own, or that of a GPU through CUDA's runtime library.
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace StreamActions.Worker.Inference;

/// <summary>
/// Allocates and copies. All calls return when the copy is done. Thread safe. The CPU's memory follows the same rules, so the code that
/// keeps states on a GPU is tested without one.
/// </summary>
internal interface IDeviceMemory
{
    /// <summary>How ONNX Runtime names this memory. The caller disposes it.</summary>
    OrtMemoryInfo CreateInfo();

    /// <summary>Allocates bytes on the device, all zero.</summary>
    /// <exception cref="InvalidOperationException">The device has too little memory.</exception>
    nint Allocate(long bytes);

    /// <summary>Frees what <see cref="Allocate"/> returned.</summary>
    void Free(nint pointer);

    /// <summary>Allocates bytes on the host that can be copied to the device without a copy between.</summary>
    nint AllocateStaging(long bytes);

    /// <summary>Frees what <see cref="AllocateStaging"/> returned.</summary>
    void FreeStaging(nint pointer);

    /// <summary>Copies bytes from the host to the device.</summary>
    void Upload(nint device, nint host, long bytes);

    /// <summary>Copies bytes from the device to the host.</summary>
    void Download(nint host, nint device, long bytes);

    /// <summary>Copies bytes on the device.</summary>
    void Copy(nint to, nint from, long bytes);
}

/// <summary>The CPU's memory.</summary>
internal sealed unsafe class HostMemory : IDeviceMemory
{
    private const int Alignment = 64;

    /// <inheritdoc/>
    public OrtMemoryInfo CreateInfo() => new(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.DeviceAllocator, 0, OrtMemType.Default);

    /// <inheritdoc/>
    public nint Allocate(long bytes)
    {
        var pointer = NativeMemory.AlignedAlloc((nuint)Math.Max(1, bytes), Alignment);
        NativeMemory.Clear(pointer, (nuint)bytes);
        return (nint)pointer;
    }

    /// <inheritdoc/>
    public void Free(nint pointer) => NativeMemory.AlignedFree((void*)pointer);

    /// <inheritdoc/>
    public nint AllocateStaging(long bytes) => Allocate(bytes);

    /// <inheritdoc/>
    public void FreeStaging(nint pointer) => Free(pointer);

    /// <inheritdoc/>
    public void Upload(nint device, nint host, long bytes) => Copy(device, host, bytes);

    /// <inheritdoc/>
    public void Download(nint host, nint device, long bytes) => Copy(host, device, bytes);

    /// <inheritdoc/>
    public void Copy(nint to, nint from, long bytes) => Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes);
}

/// <summary>The memory of a GPU. ONNX Runtime's CUDA provider has loaded the same library, and both share the device's context.</summary>
/// <param name="device">The GPU's number.</param>
internal sealed partial class CudaMemory(int device) : IDeviceMemory
{
    private const string Library = "libcudart.so.13";
    private const int Success = 0, OutOfMemory = 2, ToDevice = 1, ToHost = 2, OnDevice = 3;

    /// <summary>Free and total bytes of the device.</summary>
    public (long Free, long Total) Info()
    {
        Check(SetDevice(device));
        Check(GetInfo(out var free, out var total));
        return ((long)free, (long)total);
    }

    /// <inheritdoc/>
    public OrtMemoryInfo CreateInfo() => new("Cuda", OrtAllocatorType.DeviceAllocator, device, OrtMemType.Default);

    /// <inheritdoc/>
    public nint Allocate(long bytes)
    {
        Check(SetDevice(device));
        var code = Malloc(out var pointer, (nuint)Math.Max(1, bytes));
        if (code == OutOfMemory)
        {
            throw new InvalidOperationException(
                $"cuda:{device} has no {bytes >> 20} MiB of memory left; use fewer cameras or zones, a graph in fp16, or a second GPU");
        }
        Check(code);
        Check(Set(pointer, 0, (nuint)bytes));
        Check(Synchronize());   // clearing is not finished when the call returns
        return pointer;
    }

    /// <inheritdoc/>
    public void Free(nint pointer)
    {
        Check(SetDevice(device));
        Check(FreeDevice(pointer));
    }

    /// <inheritdoc/>
    public nint AllocateStaging(long bytes)
    {
        Check(SetDevice(device));
        Check(MallocHost(out var pointer, (nuint)Math.Max(1, bytes)));
        return pointer;
    }

    /// <inheritdoc/>
    public void FreeStaging(nint pointer) => Check(FreeHost(pointer));

    /// <inheritdoc/>
    public void Upload(nint device, nint host, long bytes) => Move(device, host, bytes, ToDevice);

    /// <inheritdoc/>
    public void Download(nint host, nint device, long bytes) => Move(host, device, bytes, ToHost);

    /// <inheritdoc/>
    public void Copy(nint to, nint from, long bytes)
    {
        Move(to, from, bytes, OnDevice);
        Check(Synchronize());   // a copy on the device is not finished when the call returns
    }

    // The current device belongs to the calling thread.
    private void Move(nint to, nint from, long bytes, int kind)
    {
        Check(SetDevice(device));
        Check(Memcpy(to, from, (nuint)bytes, kind));
    }

    private static void Check(int code)
    {
        if (code != Success)
            throw new InvalidOperationException($"CUDA reports error {code} ({Marshal.PtrToStringUTF8(GetErrorName(code))})");
    }

    [LibraryImport(Library, EntryPoint = "cudaSetDevice")]
    private static partial int SetDevice(int device);

    [LibraryImport(Library, EntryPoint = "cudaMalloc")]
    private static partial int Malloc(out nint pointer, nuint bytes);

    [LibraryImport(Library, EntryPoint = "cudaFree")]
    private static partial int FreeDevice(nint pointer);

    [LibraryImport(Library, EntryPoint = "cudaMallocHost")]
    private static partial int MallocHost(out nint pointer, nuint bytes);

    [LibraryImport(Library, EntryPoint = "cudaFreeHost")]
    private static partial int FreeHost(nint pointer);

    [LibraryImport(Library, EntryPoint = "cudaMemcpy")]
    private static partial int Memcpy(nint to, nint from, nuint bytes, int kind);

    [LibraryImport(Library, EntryPoint = "cudaMemset")]
    private static partial int Set(nint pointer, int value, nuint bytes);

    [LibraryImport(Library, EntryPoint = "cudaDeviceSynchronize")]
    private static partial int Synchronize();

    [LibraryImport(Library, EntryPoint = "cudaMemGetInfo")]
    private static partial int GetInfo(out nuint free, out nuint total);

    [LibraryImport(Library, EntryPoint = "cudaGetErrorName")]
    private static partial nint GetErrorName(int code);
}

/// <summary>A buffer on a device, and the tensors that are views of its beginning.</summary>
internal sealed class DeviceBuffer : IDisposable
{
    private readonly IDeviceMemory _memory;
    private readonly TensorElementType _type;
    private readonly OrtMemoryInfo _info;
    private bool _disposed;

    /// <summary>Allocates a buffer of zeros.</summary>
    /// <param name="memory">The device's memory.</param>
    /// <param name="type">Type of its numbers.</param>
    /// <param name="length">Count of its numbers.</param>
    public DeviceBuffer(IDeviceMemory memory, TensorElementType type, long length)
    {
        (_memory, _type, Bytes) = (memory, type, length * SizeOf(type));
        Pointer = memory.Allocate(Bytes);
        _info = memory.CreateInfo();
    }

    /// <summary>Its address on the device.</summary>
    public nint Pointer { get; }

    /// <summary>Its size.</summary>
    public long Bytes { get; }

    /// <summary>A tensor on the first numbers of the buffer. The caller disposes it before the buffer.</summary>
    public OrtValue View(params long[] shape) => OrtValue.CreateTensorValueWithData(
        _info, _type, shape, Pointer, shape.Aggregate(1L, (a, b) => a * b) * SizeOf(_type));

    /// <summary>Bytes of a number.</summary>
    public static int SizeOf(TensorElementType type) => type switch
    {
        TensorElementType.UInt8 => 1,
        TensorElementType.Float16 => 2,
        TensorElementType.Float => 4,
        TensorElementType.Int64 => 8,
        _ => throw new NotSupportedException($"the number type {type} is not used in pools"),
    };

    /// <summary>Frees the buffer.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _info.Dispose();
        _memory.Free(Pointer);
    }
}

/// <summary>A buffer on the host from which, or to which, the device copies.</summary>
/// <param name="memory">The device's memory.</param>
/// <param name="length">Count of its numbers.</param>
/// <typeparam name="T">Type of its numbers.</typeparam>
internal sealed unsafe class StagingBuffer<T>(IDeviceMemory memory, int length) : IDisposable
    where T : unmanaged
{
    private bool _disposed;

    /// <summary>Its address.</summary>
    public nint Pointer { get; } = memory.AllocateStaging((long)length * sizeof(T));

    /// <summary>Its numbers.</summary>
    public Span<T> Values => new((void*)Pointer, length);

    /// <summary>Frees the buffer.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        memory.FreeStaging(Pointer);
    }
}
