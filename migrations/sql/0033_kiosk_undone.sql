drop function public.kcc_kiosk_number(text, uuid);
drop function public.kcc_kiosk_take(text, uuid, text, text);
drop function public.kcc_kiosk(text);
drop function guard.kiosk_counter(text);
